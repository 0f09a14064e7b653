import { keyPrefixOf } from '../../platform/cache/cache-declaration.js';
import type { RedisCaches } from '../../platform/cache/redis-caches.js';
import { catchUpBudget, unlinkAll } from '../../platform/cache/redis-catch-up.js';
import type { RedisClient } from '../../platform/cache/redis-client.js';
import type { RedisLink } from '../../platform/cache/redis-link.js';
import { RedisDownError } from '../../platform/cache/redis-connection.js';
import { runIdOf } from '../../platform/cache/redis-run-id.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import type { EntryChange } from '../model/entry-news.js';
import { storageKeyOf } from '../model/entry-key.js';
import { isAlive, type StoredEntry } from '../model/stored-entry.js';
import type { RedisEpochRepository } from '../repository/redis-epoch.repository.js';
import { ENTRY_CACHE } from './entry-cache.declaration.js';
import { decodeEntry, encodeEntry } from './redis-entry.js';
import type { QueuedWrite, SettledWrite } from '../model/queued-write.js';
import type { ShownEntry } from '../model/held-entry.js';
import { encodePending, type PendingPut, putPending, readPending, settlePending } from './redis-pending.js';
import { requirePending, requireWrites } from './redis-probe.js';
import { dropFromRedis, lackingInRedis, putInRedis, type RedisPut } from './redis-scripts.js';

const KEY_PREFIX = keyPrefixOf(ENTRY_CACHE);

/** Longer than a write takes that may be on its way; within it no older value comes back. */
const TOMBSTONE_MS = 60_000;
/** What stands under former epochs is deleted by nobody, but has an end. */
const MAX_TTL_MS = 7 * 86_400_000;
/** A process that stood still for longer since its commit may write something old. */
const MAX_DELAY_MS = 1_000;
/** What waits to be stored is stored within seconds; whether it was is known for a minute, unless it is evicted. */
const MAX_PENDING_DELAY_MS = 2_000;
const KEYS_A_COMMAND = 100;
const BYTES_A_COMMAND = 1_048_576;
const TICKS_A_SWEEP = 5;
const TICKS_A_CLEANING = 60;
/** A probe's has none. */
const EPOCH_KEY = new RegExp(`^${KEY_PREFIX}[0-9]+:`);

/**
 * Entries in Redis, `waybill:entries:<epoch>:<storage key>`.
 *
 * It is used by processes that are known to PostgreSQL as such, and hear of changes. A write that Redis did not get raises
 * the epoch, with which all that stands there is left behind; so does a process that ends without leaving, since nobody
 * knows what it did not get to write.
 */
export class EntriesInRedis {
  private readonly link: RedisLink<RedisClient>;
  private userId: number | undefined;
  private known = 0;
  /** PostgreSQL could not be told yet of a write that Redis did not get. */
  private hasMissed = false;
  private isRaising = false;
  /** Of changes by others, while it could not be used: what this process has put before may come to it late. */
  private hasSkippedDrops = false;
  private hasPut = false;
  private cleanedUpTo = 0;
  private isCleaning = false;
  private telling: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private ticks = 0;

  /**
   * @param ttlMs 0: as long as may be
   * @param process what this one is called in the ids of its writes
   */
  constructor(
    redis: RedisCaches,
    private readonly epochs: RedisEpochRepository,
    private readonly ttlMs: number,
    private readonly process: string,
  ) {
    this.link = redis.link(ENTRY_CACHE.name, {
      onAnswering: (client) => this.begin(client),
      onTick: (client) => this.look(client),
      onClosing: () => Promise.resolve(),
    });
  }

  /** What its keys begin with now; undefined while it must not be used. */
  get epoch(): number | undefined {
    const isUsable = this.link.state === 'up' && this.userId !== undefined && !this.hasMissed;
    return isUsable ? this.known : undefined;
  }

  /** PostgreSQL knows of this process, as long as the connection stands on which it hears of changes. */
  joined(userId: number, epoch: number): void {
    this.userId = userId;
    this.raisedTo(epoch);
  }

  /** That connection is lost. */
  cutOff(): void {
    this.userId = undefined;
  }

  raisedTo(epoch: number): void {
    this.known = Math.max(this.known, epoch);
  }

  /** What may be written from now on is written by nobody; what stands there stays good. */
  async leave(): Promise<void> {
    const { userId } = this;
    this.userId = undefined;
    if (userId !== undefined && !this.hasMissed) await this.epochs.leave(userId);
  }

  /** A transaction has told that a write misses Redis. */
  hasToldOfMissed(epoch: number): void {
    this.raisedTo(epoch);
    if (this.next === undefined && !this.isRaising) this.hasMissed = false;
  }

  /** @throws where it cannot be asked */
  async read(storageKey: string, epoch: number): Promise<StoredEntry | undefined> {
    const bytes = await this.link.run((client) => client.get(redisKeyOf(epoch, storageKey)));
    return bytes === null ? undefined : decodeEntry(storageKey, bytes);
  }

  /** As {@link read}, and first of all the newest write that waits to be stored. */
  async readWithPending(
    storageKey: string,
    epoch: number,
  ): Promise<{ pending: ShownEntry | undefined; stored: StoredEntry | undefined }> {
    const redisKey = redisKeyOf(epoch, storageKey);
    // In this order: what waits no more is stored by then.
    const [pending, bytes] = await this.link.run((client) =>
      Promise.all([readPending(client, redisKey, storageKey), client.get(redisKey)]),
    );
    return {
      pending,
      stored: bytes === null ? undefined : decodeEntry(storageKey, bytes),
    };
  }

  /**
   * Shows writes that this process has accepted. What it does not take is shown by this process alone.
   *
   * @param epoch of before they were accepted: under a later one it is not known which of them are stored
   * @param sinceMs when that was, of `performance.now()`
   * @throws where it does not take them
   */
  async showPending(writes: readonly QueuedWrite[], epoch: number, sinceMs: number): Promise<void> {
    const puts = writes.map((write) => ({
      redisKey: redisKeyOf(epoch, storageKeyOf(write)),
      number: write.id.number,
      value: encodePending(write),
    }));
    for (const some of inCommands<PendingPut>(puts)) {
      if (performance.now() - sinceMs > MAX_PENDING_DELAY_MS) return;
      await this.link.run((client) => putPending(client, this.process, some));
    }
  }

  /** Which of some keys it holds something older of, or nothing. @throws where it cannot be asked */
  async lacking(changes: readonly EntryChange[], epoch: number): Promise<EntryChange[]> {
    const lacking: EntryChange[] = [];
    for (let start = 0; start < changes.length; start += KEYS_A_COMMAND) {
      const some = changes.slice(start, start + KEYS_A_COMMAND);
      const places = await this.link.run((client) => lackingInRedis(client, keyed(some, epoch)));
      for (const place of places) lacking.push(some[place]!);
    }
    return lacking;
  }

  /**
   * Has it hold what was committed, and where it does not take it, has all that it holds left behind.
   *
   * @param settled writes that wait no more, since then
   * @param seen epoch that the transaction has seen
   * @param sinceMs when the transaction began, of `performance.now()`
   * @throws what PostgreSQL or the network says: others may then read what is older, until PostgreSQL can be told
   */
  async took(
    entries: readonly StoredEntry[],
    settled: readonly SettledWrite[],
    seen: number,
    sinceMs: number,
  ): Promise<void> {
    try {
      this.raisedTo(seen);
      const epoch = this.requireEpoch();
      await this.put(entries, epoch, sinceMs);
      await this.settle(settled, epoch);
    } catch {
      await this.tellOfMissed();
    }
  }

  /** Has it hold what was read, in the background; it may not. */
  fill(entries: readonly StoredEntry[], epoch: number, sinceMs: number): void {
    void this.put(entries, epoch, sinceMs).catch(() => undefined);
  }

  /** As {@link fill}. @throws where Redis does not take it */
  async put(entries: readonly StoredEntry[], epoch: number, sinceMs: number): Promise<void> {
    const puts = entries.map((entry) => this.putOf(entry, epoch));
    for (const some of inCommands(puts)) {
      if (performance.now() - sinceMs > MAX_DELAY_MS) throw new RedisDownError('it is too late to write');
      this.hasPut = true;
      await this.link.run((client) => putInRedis(client, some));
    }
  }

  /** What was changed elsewhere, and may still stand there as it was. */
  drop(changes: readonly EntryChange[]): void {
    const { epoch } = this;
    if (epoch === undefined) {
      this.hasSkippedDrops = true;
      return;
    }
    for (let start = 0; start < changes.length; start += KEYS_A_COMMAND) {
      const some = changes.slice(start, start + KEYS_A_COMMAND);
      this.link
        .run((client) => dropFromRedis(client, keyed(some, epoch)))
        .catch(() => this.tellOfMissed().catch(() => undefined));
    }
  }

  private async settle(settled: readonly SettledWrite[], epoch: number): Promise<void> {
    for (let start = 0; start < settled.length; start += KEYS_A_COMMAND) {
      const some = settled.slice(start, start + KEYS_A_COMMAND);
      const placed = some.map(({ storageKey, id }) => ({ id, redisKey: redisKeyOf(epoch, storageKey) }));
      await this.link.run((client) => settlePending(client, placed));
    }
  }

  /** @throws RedisDownError while it must not be used */
  private requireEpoch(): number {
    const { epoch } = this;
    if (epoch === undefined) throw new RedisDownError('Redis is not used');
    return epoch;
  }

  /** Those that miss something while PostgreSQL is being told share the next time. */
  private tellOfMissed(): Promise<void> {
    this.hasMissed = true;
    this.next ??= this.telling
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        this.telling = this.raise();
        return this.telling;
      });
    return this.next;
  }

  private async raise(): Promise<void> {
    this.isRaising = true;
    try {
      this.raisedTo(await this.epochs.raise());
      this.hasMissed = this.next !== undefined;
    } finally {
      this.isRaising = false;
    }
  }

  private putOf(entry: StoredEntry, epoch: number): RedisPut {
    const nowMs = Date.now();
    const held = isAlive(entry, nowMs) ? entry : { ...entry, content: undefined };
    return {
      redisKey: redisKeyOf(epoch, storageKeyOf(entry)),
      value: encodeEntry(held),
      ttlMs: Math.ceil(held.content === undefined ? TOMBSTONE_MS : this.ttlOf(entry, nowMs)),
    };
  }

  private ttlOf({ endsAtUs = Infinity }: StoredEntry, nowMs: number): number {
    const ownMs = this.ttlMs === 0 ? MAX_TTL_MS : Math.min(this.ttlMs, MAX_TTL_MS);
    return Math.min(ownMs, endsAtUs / 1_000 - nowMs);
  }

  /** Also another server than before, or the same started anew, may hold what was true long ago. */
  private async begin(client: RedisClient): Promise<void> {
    await catchUpBudget.spend(requireWrites(client));
    await catchUpBudget.spend(requirePending(client, this.process));
    const runId = await catchUpBudget.spend(runIdOf(client));
    const mayBeLate = this.hasPut && this.hasSkippedDrops;
    this.hasSkippedDrops = false;
    try {
      this.raisedTo(await this.epochs.useServer(runId));
      if (mayBeLate) this.raisedTo(await this.epochs.raise());
    } catch (error) {
      this.hasSkippedDrops ||= mayBeLate;
      throw error;
    }
  }

  private async look(client: RedisClient): Promise<void> {
    if (this.hasMissed) await this.tellOfMissed();
    if (++this.ticks % TICKS_A_SWEEP === 0) this.raisedTo(await this.epochs.removeDead());
    if (this.ticks % TICKS_A_CLEANING === 0) void this.cleanUp(client).catch(() => undefined);
    try {
      await requireWrites(client);
    } catch (error) {
      // A full one answers, and holds nothing that is new.
      if (!(error instanceof TransientError)) this.link.reopen(error as Error);
      throw error;
    }
  }

  /** Removes what former epochs have left behind, in the background. */
  private async cleanUp(client: RedisClient): Promise<void> {
    const { known } = this;
    if (this.cleanedUpTo === known || this.isCleaning) return;
    this.isCleaning = true;
    try {
      const ofNow = redisKeyOf(known, '');
      await unlinkAll(client, KEY_PREFIX, (key) => EPOCH_KEY.test(key) && !key.startsWith(ofNow));
      this.cleanedUpTo = known;
    } finally {
      this.isCleaning = false;
    }
  }
}

const redisKeyOf = (epoch: number, storageKey: string): string => `${KEY_PREFIX}${epoch}:${storageKey}`;

const keyed = (changes: readonly EntryChange[], epoch: number): { redisKey: string; version: number }[] =>
  changes.map(({ storageKey, version }) => ({ redisKey: redisKeyOf(epoch, storageKey), version }));

function* inCommands<Put extends { readonly value: Buffer }>(puts: readonly Put[]): Generator<Put[]> {
  let some: Put[] = [];
  let bytes = 0;
  for (const put of puts) {
    if (some.length === KEYS_A_COMMAND || (some.length > 0 && bytes + put.value.length > BYTES_A_COMMAND)) {
      yield some;
      [some, bytes] = [[], 0];
    }
    some.push(put);
    bytes += put.value.length;
  }
  if (some.length > 0) yield some;
}
