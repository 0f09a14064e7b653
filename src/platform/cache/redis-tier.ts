import { ErrorReply } from 'redis';
import type { CacheEntry } from './cache-entry.js';
import type { CacheTier } from './cache-tier.js';
import { invalidateChange, putChange } from './key-change.js';
import type { KeyChange } from './key-change.js';
import type { RedisClient } from './redis-client.js';
import { type RedisConnection, RedisDownError } from './redis-connection.js';
import { RedisLink } from './redis-link.js';
import type { LinkState } from './redis-link.js';
import { cacheScripts, constantKeyOf } from './redis-scripts.js';
import { catchUpBudget, unlinkAll } from './redis-catch-up.js';
import { decodeEntry } from './redis-value.js';
import { TimeBudget } from './time-budget.js';
import { WriteBehind } from './write-behind.js';

export interface RedisTierOptions {
  /** Stands before every key; the tier owns all keys that begin with it. */
  keyPrefix: string;
  /** How long Redis holds an entry; 0: for good. */
  ttlMs: number;
  /** Whether every entry has a constant: an entry without one was written by an older version, and is a miss. */
  hasConstants?: boolean;
  /** Whether an entry is one that this version answers with; one that is not was written by an older one, and is a miss. */
  accepts?: ((entry: CacheEntry) => boolean) | undefined;
  /** See {@link CacheTier.guardMs}. */
  guardMs?: number;
  /** How long one command may take before it is a miss. */
  budgetMs?: number;
  /** After this many failures in a row Redis is skipped. */
  failuresToOpen?: number;
  /** When a write that failed is tried again. */
  retryEveryMs?: number;
  /** How many keys' changes are remembered while Redis is away; with more, all held there is dropped on return. */
  maxUnsaved?: number;
  /** For the log and the metrics: Redis is used again, or skipped from now on for the reason given. */
  onState?: (state: LinkState, reason?: Error) => void;
}

export interface RedisTierStats {
  /** Values that were not ours, cut off, or under a wrong key. */
  broken: number;
  /** Commands that failed or took too long. */
  failures: number;
  /** Reads that were not sent because Redis is down. */
  skipped: number;
  /** Keys whose changes Redis has yet to learn. */
  unsaved: number;
}

const DEFAULT_GUARD_MS = 30_000;
const DEFAULT_BUDGET_MS = 25;
const DEFAULT_FAILURES_TO_OPEN = 5;
const DEFAULT_RETRY_EVERY_MS = 1_000;
const DEFAULT_MAX_UNSAVED = 100_000;
const MAX_WRITES_IN_FLIGHT = 64;
const CLOSE_TIMEOUT_MS = 1_000;
const WRONG_TYPE = 'WRONGTYPE';
/** No key of an entry begins with a colon, in any of our contexts. */
const PROBE_KEY = ':probe';

/**
 * The second tier of one cache: entries in Redis, shared by all replicas, over a connection that the caches of a process
 * share. Redis is only ever an advantage: when it is away, slow or
 * full of something else, every read is a miss, within the budget at first and at once after a few failures, and it
 * comes back by itself. What changed in the meantime is told to Redis before it is believed again on those keys.
 *
 * A Redis that refuses writes (its memory or its disk is full, it has become a replica) holds what other processes could
 * not replace, and is not read either. Each process finds that out by a write of its own every `retryEveryMs`, and who
 * was refused one deletes all that the tier holds there before it reads again.
 */
export class RedisTier implements CacheTier {
  readonly guardMs: number;
  private readonly link: RedisLink<RedisClient>;
  private readonly writes: WriteBehind;
  private closed = false;
  private broken = 0;
  private failures = 0;
  private skipped = 0;

  constructor(
    connection: RedisConnection<RedisClient>,
    private readonly options: RedisTierOptions,
  ) {
    this.guardMs = options.guardMs ?? DEFAULT_GUARD_MS;
    this.link = new RedisLink(connection, {
      budgetMs: options.budgetMs ?? DEFAULT_BUDGET_MS,
      failuresToOpen: options.failuresToOpen ?? DEFAULT_FAILURES_TO_OPEN,
      onAnswering: (client) => this.catchUp(client),
      onTick: (client) => this.probe(client),
      onState: (state, reason) => this.onState(state, reason),
    });
    this.writes = new WriteBehind({
      send: (key, change) => this.run((client) => this.change(client, key, change)),
      maxInFlight: MAX_WRITES_IN_FLIGHT,
      maxWaiting: options.maxUnsaved ?? DEFAULT_MAX_UNSAVED,
      retryAfterMs: options.retryEveryMs ?? DEFAULT_RETRY_EVERY_MS,
      onOverflow: () => this.link.reopen(new Error('too many changes that Redis has not learned of')),
    });
  }

  /** Whether Redis is used just now. */
  state(): LinkState {
    return this.link.state;
  }

  /** Why it is not used, for the operator; undefined while it is. */
  detail(): string | undefined {
    return this.link.detail;
  }

  stats(): RedisTierStats {
    return {
      broken: this.broken,
      failures: this.failures,
      skipped: this.skipped,
      unsaved: this.writes.size,
    };
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    if (this.link.state === 'down') {
      this.skipped++;
      return undefined;
    }
    let found: CacheEntry | undefined;
    try {
      found = await this.run((client) => this.fetch(client, key));
    } catch {
      return undefined;
    }
    // A write was refused while the answer was on its way.
    if (this.state() === 'down') return undefined;
    const pending = this.writes.pending(key);
    if (pending === undefined) return found;
    const lowest = Math.max(pending.floor ?? 0, pending.entry?.version ?? 0);
    if (found === undefined || pending.clear || found.version < lowest) return pending.entry;
    return found;
  }

  /** Resolves when Redis has it, or when it is clear that it will not. */
  async put(key: string, entry: CacheEntry, loaded = false): Promise<void> {
    if (!this.closed) await this.writes.add(key, putChange(entry, loaded));
  }

  /** Resolves when Redis has dropped it, or when that has been noted for later. */
  async invalidate(key: string, version?: number): Promise<void> {
    if (!this.closed) await this.writes.add(key, invalidateChange(version));
  }

  /** Writes what waits, for a second at most; the connection stays. */
  async close(): Promise<void> {
    this.closed = true;
    await new TimeBudget(CLOSE_TIMEOUT_MS).spend(this.writes.idle()).catch(() => undefined);
    this.link.close();
  }

  private async run<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    try {
      return await this.link.run(command);
    } catch (error) {
      if (!(error instanceof RedisDownError)) this.failures++;
      throw error;
    }
  }

  private async fetch(client: RedisClient, key: string): Promise<CacheEntry | undefined> {
    const redisKey = this.options.keyPrefix + key;
    const constant = this.options.hasConstants ? this.fetchConstant(client, redisKey) : undefined;
    let bytes: Buffer | null;
    try {
      bytes = await client.get(redisKey);
    } catch (error) {
      if (!(error instanceof ErrorReply)) throw error;
      if (!error.message.startsWith(WRONG_TYPE)) {
        this.link.skip(error);
        throw error;
      }
      bytes = Buffer.alloc(0);
    }
    if (bytes === null) return undefined;
    const entry = decodeEntry(key, bytes);
    if (entry !== 'broken') {
      if (entry !== undefined && this.options.accepts?.(entry) === false) return undefined;
      return entry && constant ? withConstant(entry, await constant) : entry;
    }
    this.broken++;
    // Nobody waits for it: a value that stays is found broken again.
    client.discardBroken(redisKey, bytes).catch(() => undefined);
    return undefined;
  }

  /** Sent together with the request for the entry. null: not there, whatever the reason. */
  private fetchConstant(client: RedisClient, redisKey: string): Promise<Buffer | null> {
    return client.get(constantKeyOf(redisKey)).catch(() => null);
  }

  private async change(client: RedisClient, key: string, change: KeyChange): Promise<void> {
    const { keyPrefix, ttlMs } = this.options;
    try {
      await client.changeKey(keyPrefix, key, change, this.guardMs, ttlMs);
    } catch (error) {
      if (!(error instanceof ErrorReply)) throw error;
      this.writes.loseTrack();
      this.link.skip(error);
      // A Redis whose memory is full still deletes. So other processes see misses before they notice the refusal.
      await client.unlink(keyPrefix + key).catch(() => undefined);
      throw error;
    }
  }

  /** Probes with the script that all writes use, since an ACL may refuse single commands or key patterns. */
  private probe(client: RedisClient): Promise<void> {
    return this.change(client, PROBE_KEY, invalidateChange(undefined));
  }

  private onState(state: LinkState, reason?: Error): void {
    if (state === 'up') this.writes.resume();
    else this.writes.pause();
    this.options.onState?.(state, reason);
  }

  private async catchUp(client: RedisClient): Promise<void> {
    // Loads the script first; otherwise each of a burst of first writes would carry its text.
    for (const { SCRIPT } of Object.values(cacheScripts)) {
      await catchUpBudget.spend(client.scriptLoad(SCRIPT));
    }
    await catchUpBudget.spend(this.probe(client));
    // The script passes over a refusal to read.
    await catchUpBudget.spend(client.get(this.options.keyPrefix + PROBE_KEY));
    // More changed while Redis was away than could be noted, or writes were refused: anything there may be out of date,
    // so all of it goes.
    while (this.writes.overflowed) {
      this.writes.forget();
      try {
        await unlinkAll(client, this.options.keyPrefix);
      } catch (error) {
        this.writes.loseTrack();
        throw error;
      }
    }
  }
}

function withConstant(entry: CacheEntry, constant: Buffer | null): CacheEntry | undefined {
  return constant === null ? undefined : { ...entry, constant: constant.toString() };
}
