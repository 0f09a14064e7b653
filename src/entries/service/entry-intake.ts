import { Injectable } from '@nestjs/common';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { positionOf } from '../../platform/messaging/source-position.js';
import { EntriesSettings } from '../entries.settings.js';
import { storageKeyOf } from '../model/entry-key.js';
import type { EntryChange } from '../model/entry-news.js';
import type { EntryWrite } from '../model/entry-write.js';
import type { SettledWrite, WriteId } from '../model/queued-write.js';
import type { WriteToStore } from '../repository/entry-write.sql.js';
import { EntryCommits } from './entry-commits.js';
import { RedisRepairs } from './redis-repairs.js';
import { WorkerMetrics } from './worker.metrics.js';

const US_A_MS = 1_000;
const MS_A_DAY = 86_400_000;

/** A write of an event that is to be stored. Times are microseconds since the Unix epoch. */
export interface IncomingWrite extends EntryWrite {
  readonly acceptedAtUs: number;
  readonly endsAtUs?: number | undefined;
  /** Where the process that has accepted it shows it until it is stored. */
  readonly id?: WriteId | undefined;
  /** It was refused once, and later writes of its key may be stored. */
  readonly isReplay: boolean;
  readonly origin: ReceivedEvent;
}

/** What a batch of events of the topic has come to. */
export interface IncomingEntries {
  /** In the batch's order. */
  readonly writes: readonly IncomingWrite[];
  /** What is stored already. */
  readonly changes: readonly EntryChange[];
  readonly refused: readonly RefusedEvent[];
}

/** Takes in what comes over the topic: stores what waits, and repairs Redis by what is stored. */
@Injectable()
export class EntryIntake {
  constructor(
    private readonly commits: EntryCommits,
    private readonly deadLetters: DeadLetters,
    private readonly repairs: RedisRepairs,
    private readonly metrics: WorkerMetrics,
    private readonly settings: EntriesSettings,
  ) {}

  /** When it throws, the batch comes again; what is stored of it by then is known to be. */
  async receive({ writes, changes, refused }: IncomingEntries): Promise<void> {
    const old = writes.filter((write) => this.isTooOld(write));
    const all = [...refused, ...old.map((write) => this.refuse(write))];
    const judged = old.length === 0 ? writes : writes.filter((write) => !old.includes(write));
    if (judged.length > 0 || all.length > 0) await this.store(judged, all);
    await this.repairs.repair(changes);
  }

  /** Its key may have been deleted, and the tombstone forgotten, since it was accepted. */
  private isTooOld({ isReplay, acceptedAtUs }: IncomingWrite): boolean {
    const { ENTRIES_TOMBSTONE_DAYS: days } = this.settings;
    return isReplay && acceptedAtUs / US_A_MS < Date.now() - days * MS_A_DAY;
  }

  private refuse({ origin: event }: IncomingWrite): RefusedEvent {
    const { ENTRIES_TOMBSTONE_DAYS: days } = this.settings;
    const reason = `it was accepted more than ENTRIES_TOMBSTONE_DAYS (${days}) ago, so nobody knows whether its key was deleted since; what is edited and sent is a new write`;
    return { event, reason, attempts: 1 };
  }

  private async store(writes: readonly IncomingWrite[], refused: readonly RefusedEvent[]): Promise<void> {
    const { receipts, known } = await this.commits.commit(collapsed(writes), {
      purpose: 'background',
      settled: settledBy(writes),
      also: (tx) => this.deadLetters.append(tx, refused),
    });
    for (const { outcome } of receipts) this.metrics.stored(outcome);
    await known;
  }
}

/**
 * Puts of one key in a row, with others of other keys between them, become the last one, which counts for all. Those that are
 * judged by their time stand alone, and so do deletes.
 */
function collapsed(writes: readonly IncomingWrite[]): WriteToStore[] {
  const stored: WriteToStore[] = [];
  const runs = new Map<string, number>();
  for (const write of writes) {
    const storageKey = storageKeyOf(write);
    const isAlone = write.content === undefined || write.isReplay || write.writtenAtUs !== undefined;
    const run = isAlone ? undefined : runs.get(storageKey);
    const next = toStore(write);
    if (run !== undefined) {
      const { source, earlier = [] } = stored[run]!;
      stored[run] = { ...next, earlier: [...earlier, source!] };
      continue;
    }
    if (isAlone) runs.delete(storageKey);
    else runs.set(storageKey, stored.length);
    stored.push(next);
  }
  return stored;
}

function toStore({ isReplay, origin, ...write }: IncomingWrite): WriteToStore {
  const { acceptedAtUs, writtenAtUs = isReplay ? acceptedAtUs : undefined } = write;
  return { ...write, writtenAtUs, source: positionOf(origin) };
}

/** Of each key and process the last one, which stands for all before it. */
function settledBy(writes: readonly IncomingWrite[]): SettledWrite[] {
  const settled = new Map<string, SettledWrite>();
  for (const write of writes) {
    const { id } = write;
    if (id === undefined) continue;
    const storageKey = storageKeyOf(write);
    const name = `${storageKey} ${id.process}`;
    if ((settled.get(name)?.id.number ?? 0) < id.number) settled.set(name, { storageKey, id });
  }
  return [...settled.values()];
}
