import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import * as events from '../../platform/cache/cache-event.js';
import { type CacheClaim, Caches } from '../../platform/cache/caches.js';
import { MemoryTier } from '../../platform/cache/memory-tier.js';
import { SharedRedis } from '../../platform/cache/shared-redis.js';
import { TimeBudget } from '../../platform/cache/time-budget.js';
import { Environment } from '../../platform/config/environment.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { EntriesSettings } from '../entries.settings.js';
import type { EntryChange } from '../model/entry-news.js';
import { type EntryKey, storageKeyOf } from '../model/entry-key.js';
import type { FoundEntry } from '../model/found-entry.js';
import { type HeldEntry, heldEntryOf, isShown, type ShownEntry } from '../model/held-entry.js';
import type { QueuedWrite, SettledWrite } from '../model/queued-write.js';
import { isLongGone, type StoredEntry } from '../model/stored-entry.js';
import { EntryRepository } from '../repository/entry.repository.js';
import { RedisEpochRepository } from '../repository/redis-epoch.repository.js';
import { EntriesInRedis } from './entries-in-redis.js';
import { ENTRY_CACHE } from './entry-cache.declaration.js';
import { EntryRead } from './entry-read.js';
import { Hearing } from './hearing.js';
import { PendingEntries } from './pending-entries.js';
import { PostgresEntries } from './postgres-entries.js';
import { VersionsUnderWay } from './versions-under-way.js';

const READ_BUDGET_MS = 5_000;
/** Reads of a key that others go on changing. What is found then need only be no older than the look-up. */
const MAX_READS = 3;

const FIRST_VERSION = 1;

/** What PostgreSQL has told may be older than what was shown before; later it is not. */
class OutdatedAnswerError extends TransientError {
  override readonly name = 'OutdatedAnswerError';
}

/**
 * Entries: from memory, then from Redis where there is one, then from PostgreSQL. Versions decide: nothing is replaced by what
 * is older, and what is known to have a newer version is not shown.
 *
 * Memory and Redis are believed only while the changes of all others are heard.
 */
@Injectable()
export class EntryCache {
  /** What this process is called in the ids of writes that it has accepted. */
  readonly process = randomUUID();
  /** undefined where there is no Redis */
  readonly redis: EntriesInRedis | undefined;
  private readonly claim: CacheClaim;
  private readonly memory: MemoryTier<HeldEntry>;
  private readonly postgres: PostgresEntries;
  /** Of ENTRIES_WRITE=behind. */
  private readonly pending: PendingEntries | undefined;
  private readonly budget = new TimeBudget(READ_BUDGET_MS);
  private readonly reads = new Map<string, EntryRead>();
  private readonly underWay = new VersionsUnderWay();
  /** What was read from PostgreSQL and Redis did not take. */
  onNotFilled: (storageKey: string) => void = () => undefined;
  private readonly hearing = new Hearing();

  constructor(
    entries: EntryRepository,
    epochs: RedisEpochRepository,
    caches: Caches,
    { redis }: SharedRedis,
    { CACHE_TTL_SECONDS, CACHE_ABSENT_TTL_SECONDS }: Environment,
    { ENTRIES_WRITE }: EntriesSettings,
  ) {
    const ttlMs = CACHE_TTL_SECONDS * 1_000;
    this.claim = caches.claim(ENTRY_CACHE.name);
    this.memory = new MemoryTier({
      maxBytes: this.claim.maxBytes,
      ttlMs,
      absentTtlMs: CACHE_ABSENT_TTL_SECONDS * 1_000,
    });
    this.claim.watch(this.memory);
    this.redis = redis && new EntriesInRedis(redis, epochs, ttlMs, this.process);
    this.postgres = new PostgresEntries(entries);
    if (ENTRIES_WRITE === 'behind') this.pending = new PendingEntries(this.process);
  }

  /** Out of memory, at once. null: there is no value; undefined: {@link read} has to be asked. */
  peek(storageKey: string): ShownEntry | null | undefined {
    if (!this.hearsChanges) return undefined;
    const pending = this.pending?.get(storageKey);
    if (pending?.isDoubtful) return undefined;
    const held = pending?.shown ?? this.memory.peek(storageKey);
    if (held === undefined) return undefined;
    const shown = held !== null && isShown(held) ? held : null;
    this.claim.observe(shown === null ? events.MEMORY_ABSENT : events.MEMORY_HIT);
    return shown;
  }

  /** @throws where PostgreSQL has to be asked and does not answer */
  read(key: EntryKey): Promise<FoundEntry> {
    const storageKey = storageKeyOf(key);
    const held = this.peek(storageKey);
    if (held !== undefined) return Promise.resolve({ entry: held ?? undefined, from: 'memory' });
    const underWay = this.reads.get(storageKey);
    this.claim.observe(underWay === undefined ? events.MEMORY_MISS : events.MEMORY_JOINED);
    return (underWay ?? this.begin(key, storageKey)).answer;
  }

  /** What was committed here: memory has it at once. What is read from now on is no older. */
  put(entries: readonly StoredEntry[]): void {
    for (const entry of entries) {
      const storageKey = storageKeyOf(entry);
      // A tombstone that was forgotten meanwhile had a higher version.
      if (entry.version === FIRST_VERSION) this.memory.invalidate(storageKey);
      this.memory.put(storageKey, heldEntryOf(entry));
      this.overtakeRead(storageKey, entry.version);
    }
  }

  /** What was accepted here, and waits to be stored, is shown to who asks from now on. */
  accepted(writes: readonly QueuedWrite[]): void {
    this.pending?.put(writes);
    for (const write of writes) this.leaveBehind(storageKeyOf(write));
  }

  /** Writes that do not wait any more, wherever they were accepted. */
  settled(settled: readonly SettledWrite[]): void {
    this.pending?.settle(settled);
  }

  /**
   * Has Redis hold what was committed here, or leave behind all that it holds.
   *
   * @param settled writes that wait no more, since then
   * @param epoch that the transaction has seen
   * @param sinceMs when the transaction began, of `performance.now()`
   * @throws what PostgreSQL or the network says, when it could not be told that Redis is outdated
   */
  async putInRedis(
    entries: readonly StoredEntry[],
    settled: readonly SettledWrite[],
    epoch: number,
    sinceMs: number,
  ): Promise<void> {
    if (this.redis === undefined || (entries.length === 0 && settled.length === 0)) return;
    const done = this.underWay.begin(entries);
    try {
      await this.redis.took(entries, settled, epoch, sinceMs);
    } finally {
      done();
    }
  }

  /**
   * Takes in what was read from PostgreSQL before anybody asked, as far as memory has room for it.
   *
   * @param epoch in Redis, of before that
   * @param sinceMs when that began, of `performance.now()`
   * @param inMemory whether it is to be held in memory, besides Redis
   * @returns whether memory has room for more
   */
  warm(
    entries: readonly StoredEntry[],
    epoch: number | undefined,
    sinceMs: number,
    inMemory: boolean,
  ): boolean {
    if (!this.hearsChanges || sinceMs < this.hearing.sinceMs) return true;
    if (epoch !== undefined) this.redis!.fill(this.current(entries), epoch, sinceMs);
    if (!inMemory) return true;
    for (const entry of entries) {
      const held = heldEntryOf(entry);
      if (this.memory.stats().bytes + held.body.length > this.claim.maxBytes) return false;
      this.memory.put(storageKeyOf(entry), held, true);
    }
    return true;
  }

  /** Those of some entries, read a moment ago, of which nothing newer was heard since. */
  current(entries: readonly StoredEntry[]): StoredEntry[] {
    return entries.filter((entry) => entry.version >= this.lowestOf(storageKeyOf(entry)));
  }

  /**
   * Versions that keys have by now. What is told of own changes counts too: their transactions may have lost the answer to their
   * commit.
   */
  changed(changes: readonly EntryChange[]): void {
    for (const { storageKey, version } of changes) {
      this.memory.invalidate(storageKey, version);
      this.overtakeRead(storageKey, version);
    }
    this.redis?.drop(changes);
  }

  /** Keys whose tombstones are gone. Their next version is lower than what is held. */
  forgotten(storageKeys: readonly string[]): void {
    for (const storageKey of storageKeys) {
      this.memory.invalidate(storageKey);
      this.leaveBehind(storageKey);
    }
    this.redis?.drop(storageKeys.map((storageKey) => ({ storageKey, version: Number.MAX_SAFE_INTEGER })));
  }

  /** From now on it hears of each change; some may have been missed. */
  hold(): void {
    this.memory.clear();
    this.pending?.doubtAll();
    for (const read of this.reads.values()) read.forget();
    this.reads.clear();
    this.hearing.begin();
  }

  /** All that was committed until a moment of `performance.now()` was heard. */
  heardUntil(atMs: number): void {
    this.hearing.until(atMs);
  }

  /** Changes may be missed until {@link hold}. */
  distrust(): void {
    this.hearing.end();
  }

  /** Whether memory and Redis are believed. */
  get hearsChanges(): boolean {
    return this.hearing.isCurrent;
  }

  /** Who asks from now on must not share a read that began before. */
  private overtakeRead(storageKey: string, version: number): void {
    this.reads.get(storageKey)?.changedTo(version);
    this.leaveBehind(storageKey);
  }

  /** A read that hears of no change any more keeps nothing of what it finds. */
  private leaveBehind(storageKey: string): void {
    this.reads.get(storageKey)?.forget();
    this.reads.delete(storageKey);
  }

  private begin(key: EntryKey, storageKey: string): EntryRead {
    const read = new EntryRead(storageKey, this.lowestOf(storageKey), (running) =>
      this.budget.spend(this.run(running, key)),
    );
    this.reads.set(storageKey, read);
    const forget = (): void => {
      // Out of time it may go on.
      read.forget();
      if (this.reads.get(storageKey) === read) this.reads.delete(storageKey);
    };
    read.answer.then(forget, forget);
    return read;
  }

  private async run(read: EntryRead, key: EntryKey): Promise<FoundEntry> {
    const epoch = this.hearsChanges ? this.redis?.epoch : undefined;
    const asksRedis = epoch !== undefined && this.pending?.get(read.storageKey) === undefined;
    const inRedis = asksRedis ? await this.askRedis(read, epoch) : undefined;
    return inRedis ?? (await this.fromPostgres(read, key, epoch));
  }

  private async askRedis(read: EntryRead, epoch: number): Promise<FoundEntry | undefined> {
    const { storageKey } = read;
    let entry: StoredEntry | undefined;
    let pending: ShownEntry | undefined;
    try {
      if (this.pending === undefined) entry = await this.redis!.read(storageKey, epoch);
      else ({ pending, stored: entry } = await this.redis!.readWithPending(storageKey, epoch));
    } catch {
      this.claim.observe(events.SECOND_ERROR);
      return undefined;
    }
    // The epoch may have been raised meanwhile, and it may have become unknown whether it was.
    const isBelieved = epoch === this.redis!.epoch && this.hearsChanges;
    if (isBelieved && pending !== undefined) {
      this.claim.observe(events.SECOND_HIT);
      return { entry: isShown(pending) ? pending : undefined, from: 'redis' };
    }
    if (entry === undefined || !isBelieved) {
      this.claim.observe(events.SECOND_MISS);
      return undefined;
    }
    if (entry.version < this.floorOf(read)) {
      this.claim.observe(events.SECOND_STALE);
      return undefined;
    }
    this.claim.observe(events.SECOND_HIT);
    return { entry: this.keep(read, entry), from: 'redis' };
  }

  private async fromPostgres(read: EntryRead, key: EntryKey, epoch: number | undefined): Promise<FoundEntry> {
    for (let reads = 1; ; reads++) {
      const askedAtMs = performance.now();
      const { entry, isCurrent, writtenAtUs } = await this.askPostgres(key);
      if (!isCurrent) throw new OutdatedAnswerError('a standby has answered');
      if ((entry?.version ?? 0) < this.floorOf(read)) {
        this.claim.observe(events.STORE_STALE);
        if (reads < MAX_READS) continue;
        if ((entry?.version ?? 0) < read.lowest)
          throw new OutdatedAnswerError('PostgreSQL has told of the past');
      }
      // From then on it was heard when it is stored.
      const isHeard = this.hearsChanges && askedAtMs > this.hearing.sinceMs;
      const pending = this.pending?.stillWaiting(read.storageKey, writtenAtUs, isHeard);
      if (pending !== undefined) {
        return { entry: isShown(pending.shown) ? pending.shown : undefined, from: 'memory' };
      }
      if (entry === undefined) {
        if (read.mayBeKept && this.hearsChanges) this.memory.rememberAbsent(read.storageKey);
        return { entry: undefined, from: 'postgres' };
      }
      if (read.mayBeKept && this.redis !== undefined && !isLongGone(entry, Date.now())) {
        const notFilled = (): void => this.onNotFilled(read.storageKey);
        if (epoch === undefined) notFilled();
        else this.redis.put([entry], epoch, read.beganAtMs).catch(notFilled);
      }
      return { entry: this.keep(read, entry), from: 'postgres' };
    }
  }

  private async askPostgres(key: EntryKey): ReturnType<PostgresEntries['find']> {
    try {
      const found = await this.postgres.find(key);
      this.claim.observe(found.entry === undefined ? events.STORE_ABSENT : events.STORE_HIT);
      return found;
    } catch (error) {
      this.claim.observe(events.STORE_ERROR);
      throw error;
    }
  }

  /** What a look-up that began before a change may not answer with any more. */
  private floorOf({ storageKey, floor }: EntryRead): number {
    return Math.max(floor, this.lowestOf(storageKey));
  }

  /** The lowest version of a key that is no older than what is known of it. */
  private lowestOf(storageKey: string): number {
    return Math.max(
      this.underWay.of(storageKey),
      this.memory.floorOf(storageKey) ?? 0,
      this.memory.heldVersion(storageKey) ?? 0,
    );
  }

  /** @returns the entry as it is shown */
  private keep(read: EntryRead, entry: StoredEntry): HeldEntry | undefined {
    const held = heldEntryOf(entry);
    if (read.mayBeKept && this.hearing.isUnderWay) this.memory.put(read.storageKey, held, true);
    return isShown(held) ? held : undefined;
  }
}
