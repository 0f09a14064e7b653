import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { catchUpBudget, unlinkAll } from '../../platform/cache/redis-catch-up.js';
import type { RedisCaches } from '../../platform/cache/redis-caches.js';
import type { RedisClient } from '../../platform/cache/redis-client.js';
import type { RedisLink } from '../../platform/cache/redis-link.js';
import { BatchedLookups } from '../../platform/database/batched-lookups.js';
import {
  dropFromRedis,
  type Filling,
  fillRedis,
  KEY_PREFIX,
  readFromRedis,
  type RedisFinding,
  runIdOf,
} from './redis-users.js';
import { USER_CACHE } from './user-cache.declaration.js';

const BUDGET_MS = 25;
const MAX_QUERIES = 2;
const IDS_A_COMMAND = 500;
/** Beyond it nothing more is put in for the moment: it is found in PostgreSQL again. */
const MAX_FILLINGS = 2_000;
/** Beyond it all that is held there goes. */
const MAX_DROPS = 100_000;
const UNKNOWN: RedisFinding = {};

/**
 * Users in Redis, which all replicas share. It is never waited for longer than its budget, and not at all once it failed a
 * few times in a row. What has changed is remembered until Redis has dropped it, and is not read there before; a server
 * that was away for longer, or is another one, drops all of it first.
 */
export class UsersInRedis {
  private readonly link: RedisLink<RedisClient>;
  private readonly reads: BatchedLookups<RedisFinding>;
  private readonly token = randomUUID();
  private leases = 0;
  private fillings = new Map<string, Filling>();
  private filling: Promise<void> | undefined;
  /** Ids that have changed, each with the number of its last change. */
  private readonly drops = new Map<string, number>();
  private changes = 0;
  private dropping: Promise<void> | undefined;
  /** How often it was said that all may have changed, and up to which time all was dropped. */
  private doubts = 0;
  private doubtsMet = 0;
  private runId: string | undefined;

  constructor(
    redis: RedisCaches,
    private readonly ttlMs: number,
  ) {
    this.reads = new BatchedLookups({
      query: (userIds) => this.readAll(userIds),
      gathers: true,
      maxQueries: MAX_QUERIES,
      maxKeys: IDS_A_COMMAND,
    });
    this.link = redis.link(USER_CACHE.name, {
      budgetMs: BUDGET_MS,
      onAnswering: (client) => this.catchUp(client),
      onTick: () => this.dropWaiting(),
      onClosing: () => this.dropWaiting(),
    });
    // It answers also where PostgreSQL is away when the program starts, which others wait for.
    redis.connect();
  }

  /** @throws what Redis says, and where it does not answer in time */
  async read(userId: string, signal: AbortSignal): Promise<RedisFinding> {
    if (this.link.state === 'down' || this.isInDoubt || this.drops.has(userId)) return UNKNOWN;
    return (await this.reads.find(userId, signal))!;
  }

  /** Puts in what was read from PostgreSQL, in the background. */
  fill(filling: Filling): void {
    if (this.link.state === 'down' || this.fillings.size >= MAX_FILLINGS) return;
    this.fillings.set(filling.user.user_id, filling);
    // What fails is found in PostgreSQL again.
    this.filling ??= this.fillWaiting()
      .catch(() => this.fillings.clear())
      .finally(() => (this.filling = undefined));
  }

  drop(userIds: readonly string[]): void {
    for (const userId of userIds) {
      this.fillings.delete(userId);
      this.drops.set(userId, ++this.changes);
    }
    if (this.drops.size > MAX_DROPS) return this.dropAll();
    // What fails stays, and is tried again at the next tick.
    void this.dropWaiting().catch(() => undefined);
  }

  dropAll(): void {
    this.fillings.clear();
    this.drops.clear();
    this.doubts++;
    void this.dropWaiting().catch(() => undefined);
  }

  /** Until all is dropped, nothing there is believed. */
  private get isInDoubt(): boolean {
    return this.doubtsMet < this.doubts;
  }

  private async readAll(userIds: readonly string[]) {
    const token = `${this.token}/${++this.leases}`;
    const found = await this.link.run((client) => readFromRedis(client, userIds, token));
    const values = new Map<string, RedisFinding>();
    for (const [index, userId] of userIds.entries()) {
      // It has changed while Redis answered.
      values.set(userId, this.drops.has(userId) ? UNKNOWN : found[index]!);
    }
    return { values, keys: userIds.length };
  }

  private async fillWaiting(): Promise<void> {
    // Those that were read together are put in together.
    await setImmediate();
    while (this.fillings.size > 0) {
      const some = [...this.fillings.values()].slice(0, IDS_A_COMMAND);
      for (const { user } of some) this.fillings.delete(user.user_id);
      await this.link.run((client) => fillRedis(client, some, this.ttlMs));
    }
  }

  private async dropWaiting(): Promise<void> {
    if (this.link.state !== 'up') return;
    this.dropping ??= this.link
      .run((client) => this.dropBy(client))
      .catch((error: unknown) => {
        // Where what has changed cannot be dropped, or takes longer, nothing is read until it is.
        this.link.reopen(error as Error);
        throw error;
      })
      .finally(() => (this.dropping = undefined));
    await this.dropping;
  }

  private async dropBy(client: RedisClient): Promise<void> {
    for (;;) {
      if (this.isInDoubt) await this.dropAllBy(client);
      else if (this.drops.size > 0) await this.dropSomeBy(client);
      else return;
    }
  }

  private async dropAllBy(client: RedisClient): Promise<void> {
    const doubts = this.doubts;
    await unlinkAll(client, KEY_PREFIX);
    this.doubtsMet = Math.max(doubts, this.doubtsMet);
  }

  private async dropSomeBy(client: RedisClient): Promise<void> {
    const some = [...this.drops].slice(0, IDS_A_COMMAND);
    const userIds = some.map(([userId]) => userId);
    await catchUpBudget.spend(dropFromRedis(client, userIds));
    for (const [userId, change] of some) {
      if (this.drops.get(userId) === change) this.drops.delete(userId);
    }
  }

  private async catchUp(client: RedisClient): Promise<void> {
    const runId = await catchUpBudget.spend(runIdOf(client));
    // What another server holds may have been changed long ago, and so may a snapshot that it was started from.
    if (this.runId !== undefined && runId !== this.runId) this.doubts++;
    await this.dropBy(client);
    this.runId = runId;
  }
}
