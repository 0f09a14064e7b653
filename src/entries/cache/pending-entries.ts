import { LRUCache } from 'lru-cache';
import { type ShownEntry, shownEntryOf } from '../model/held-entry.js';
import { type QueuedWrite, type SettledWrite } from '../model/queued-write.js';
import { storageKeyOf } from '../model/entry-key.js';
import { PENDING_MS } from './redis-pending.js';

/** Beyond these the oldest are not shown any more until they are stored. */
const MAX_KEYS = 100_000;
const MAX_BYTES = 64 * 1_048_576;
const OVERHEAD_BYTES = 500;
/** Longer than a send may take. */
const SETTLED_MS = 60_000;

/** The newest write of a key that this process has accepted, and that waits to be stored. */
export interface PendingEntry {
  readonly shown: ShownEntry;
  readonly number: number;
  /** What PostgreSQL will have as the time of the write, or a later one, once it is stored. */
  readonly writtenAtUs: number;
  /** It may be stored already, since news was missed. */
  isDoubtful: boolean;
}

/** Writes that this process has accepted and that wait to be stored, so that who has written reads it. */
export class PendingEntries {
  private readonly entries = new LRUCache<string, PendingEntry>({
    max: MAX_KEYS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ shown }, key) => shown.body.length + key.length + OVERHEAD_BYTES,
    ttl: PENDING_MS,
    ttlResolution: 1_000,
  });

  /** The last number of each key that waits no more: it may be heard of before all of a send is accepted. */
  private readonly lastSettled = new LRUCache<string, number>({
    max: MAX_KEYS,
    ttl: SETTLED_MS,
    ttlResolution: 1_000,
  });

  /** @param process what this one is called in the ids of its writes */
  constructor(private readonly process: string) {}

  get size(): number {
    return this.entries.size;
  }

  get(storageKey: string): PendingEntry | undefined {
    return this.entries.peek(storageKey);
  }

  put(writes: readonly QueuedWrite[]): void {
    for (const write of writes) {
      const { id, writtenAtUs = write.acceptedAtUs } = write;
      const entry = { shown: shownEntryOf(write), number: id.number, writtenAtUs, isDoubtful: false };
      const storageKey = storageKeyOf(write);
      const held = this.entries.peek(storageKey);
      if ((this.lastSettled.peek(storageKey) ?? 0) >= id.number) continue;
      if (held === undefined || held.number < id.number) this.entries.set(storageKey, entry);
    }
  }

  /** They do not wait any more. */
  settle(settled: readonly SettledWrite[]): void {
    for (const { storageKey, id } of settled) {
      if (id.process !== this.process) continue;
      this.lastSettled.set(storageKey, Math.max(id.number, this.lastSettled.peek(storageKey) ?? 0));
      const held = this.entries.peek(storageKey);
      if (held !== undefined && held.number <= id.number) this.entries.delete(storageKey);
    }
  }

  /** News may have been missed. */
  doubtAll(): void {
    for (const entry of this.entries.values()) entry.isDoubtful = true;
  }

  /**
   * The write that still waits although PostgreSQL has answered. Its time is that of the row once it is stored, or earlier where
   * another one has taken its place.
   *
   * @param isHeard whether it is heard of when it is stored, from before PostgreSQL was asked on
   */
  stillWaiting(storageKey: string, writtenAtUs = -Infinity, isHeard: boolean): PendingEntry | undefined {
    const entry = this.entries.peek(storageKey);
    if (entry === undefined) return undefined;
    if (writtenAtUs >= entry.writtenAtUs) {
      this.entries.delete(storageKey);
      return undefined;
    }
    if (isHeard) entry.isDoubtful = false;
    return entry;
  }
}
