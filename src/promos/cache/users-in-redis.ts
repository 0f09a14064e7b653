import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { catchUpBudget } from '../../platform/cache/redis-catch-up.js';
import { runIdOf } from '../../platform/cache/redis-run-id.js';
import type { RedisCaches } from '../../platform/cache/redis-caches.js';
import type { RedisClient } from '../../platform/cache/redis-client.js';
import type { RedisLink } from '../../platform/cache/redis-link.js';
import { TimeBudget } from '../../platform/cache/time-budget.js';
import { BatchedLookups } from '../../platform/database/batched-lookups.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import type { User } from '../model/user.js';
import {
  dropAllFromRedis,
  dropFromRedis,
  type Filling,
  fillingOf,
  fillRedis,
  readFromRedis,
  type RedisFinding,
  requireUse,
} from './redis-users.js';
import { USER_CACHE } from './user-cache.declaration.js';

const BUDGET_MS = 25;
const MAX_READS = 4;
const IDS_A_READ = 100;
/** Beyond it nothing more is put in for the moment: it is found in PostgreSQL again. */
const MAX_FILLINGS = 2_000;
const MAX_FILLING_CHARACTERS = 16 * 1_048_576;
const FILLINGS_A_COMMAND = 500;
const FILL_CHARACTERS = 1_048_576;
/** Beyond it all that is held there goes. */
const MAX_DROPS = 100_000;
const DROPS_A_COMMAND = 500;
const UNKNOWN: RedisFinding = {};

/** Of a read with its wait for others, however soon each of them is answered. */
const readBudget = new TimeBudget(2 * BUDGET_MS);

/**
 * Users in Redis, which all replicas share. It is never waited for longer than its budget, and not at all once it failed a
 * few times in a row, or refuses writes. What has changed is remembered until Redis has dropped it, and is not read there
 * before; of another server than the last one all is dropped first.
 */
export class UsersInRedis {
  private readonly link: RedisLink<RedisClient>;
  private readonly reads: BatchedLookups<RedisFinding>;
  private readonly process = randomUUID();
  private tokens = 0;
  private readonly fillings = new Map<string, Filling>();
  /** Since there were none, so those that were taken or dropped since count too. */
  private fillingCharacters = 0;
  private filling: Promise<void> | undefined;
  /** Ids that have changed, each with the number of its last change. */
  private readonly drops = new Map<string, number>();
  private changes = 0;
  private dropping: Promise<void> | undefined;
  /** How many drops of all were asked for, and how many of them are done. */
  private dropAllsAsked = 0;
  private dropAllsDone = 0;
  private runId: string | undefined;

  constructor(
    redis: RedisCaches,
    private readonly ttlMs: number,
  ) {
    this.reads = new BatchedLookups({
      query: (userIds) => this.readAll(userIds),
      gathers: true,
      maxQueries: MAX_READS,
      maxKeys: IDS_A_READ,
    });
    this.link = redis.link(USER_CACHE.name, {
      budgetMs: BUDGET_MS,
      onAnswering: (client) => this.catchUp(client),
      onTick: () => this.look(),
      onClosing: () => this.dropWaiting(),
    });
    // It answers also where PostgreSQL is away when the program starts, which others wait for.
    redis.connect();
  }

  /** @throws what Redis says, and where it does not answer in time */
  async read(userId: string): Promise<RedisFinding> {
    if (this.link.state === 'down' || this.mustDropAll || this.drops.has(userId)) return UNKNOWN;
    const over = new AbortController();
    const found = this.reads.find(userId, over.signal);
    try {
      return (await readBudget.spend(found))!;
    } catch (error) {
      over.abort(error);
      throw error;
    }
  }

  /** Puts a user in that was read from PostgreSQL under a lease, in the background. */
  fill(user: User, lease: string): void {
    if (this.link.state === 'down' || this.fillings.size >= MAX_FILLINGS) return;
    const filling = fillingOf(user, lease);
    if (filling === undefined || this.fillingCharacters > MAX_FILLING_CHARACTERS) return;
    this.fillingCharacters += filling.text.length;
    this.fillings.set(user.user_id, filling);
    // What fails is found in PostgreSQL again.
    this.filling ??= this.fillWaiting()
      .catch(() => this.fillings.clear())
      .finally(() => {
        this.fillingCharacters = 0;
        this.filling = undefined;
      });
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
    this.dropAllsAsked++;
    void this.dropWaiting().catch(() => undefined);
  }

  /** Until it is done, nothing there is believed. */
  private get mustDropAll(): boolean {
    return this.dropAllsDone < this.dropAllsAsked;
  }

  private get token(): string {
    return `${this.process}/${++this.tokens}`;
  }

  private async readAll(userIds: readonly string[]) {
    const found = await this.link.run((client) => readFromRedis(client, userIds, this.token));
    const values = new Map<string, RedisFinding>();
    for (const [index, userId] of userIds.entries()) {
      // It has changed while Redis answered.
      const hasChanged = this.mustDropAll || this.drops.has(userId);
      values.set(userId, hasChanged ? UNKNOWN : found[index]!);
    }
    return { values, keys: userIds.length };
  }

  private async fillWaiting(): Promise<void> {
    // Those that were read together are put in together.
    await setImmediate();
    while (this.fillings.size > 0) {
      const some = this.takeFillings();
      // Nobody waits for it.
      await this.link.runLong((client) => catchUpBudget.spend(fillRedis(client, some, this.ttlMs)));
    }
  }

  private takeFillings(): Filling[] {
    const some: Filling[] = [];
    let characters = 0;
    for (const [userId, filling] of this.fillings) {
      if (some.length === FILLINGS_A_COMMAND || characters > FILL_CHARACTERS) break;
      characters += filling.text.length;
      some.push(filling);
      this.fillings.delete(userId);
    }
    return some;
  }

  private async dropWaiting(): Promise<void> {
    if (this.link.state !== 'up') return;
    this.dropping ??= this.dropUntilNoneWaits()
      .catch((error: unknown) => {
        // Where what has changed cannot be dropped, nothing is read until it can.
        this.link.reopen(error as Error);
        throw error;
      })
      .finally(() => (this.dropping = undefined));
    await this.dropping;
  }

  private async dropUntilNoneWaits(): Promise<void> {
    while (this.mustDropAll || this.drops.size > 0) {
      if (this.mustDropAll) await this.link.runLong((client) => this.dropAllBy(client));
      else await this.link.run((client) => this.dropSomeBy(client, this.firstDrops()));
    }
  }

  private async dropAllBy(client: RedisClient): Promise<void> {
    const asked = this.dropAllsAsked;
    await dropAllFromRedis(client);
    this.dropAllsDone = Math.max(asked, this.dropAllsDone);
  }

  private firstDrops(): [userId: string, change: number][] {
    return [...this.drops].slice(0, DROPS_A_COMMAND);
  }

  private async dropSomeBy(client: RedisClient, some: readonly [string, number][]): Promise<void> {
    const userIds = some.map(([userId]) => userId);
    await dropFromRedis(client, userIds);
    for (const [userId, change] of some) {
      if (this.drops.get(userId) === change) this.drops.delete(userId);
    }
  }

  /** Also where nobody asks, a Redis that does not answer, or refuses writes, is found out. */
  private async look(): Promise<void> {
    try {
      await this.link.run((client) => requireUse(client, this.token));
    } catch (error) {
      if (!(error instanceof TransientError)) this.link.reopen(error as Error);
      throw error;
    }
    await this.dropWaiting();
  }

  /** What changes while this runs is dropped at the next tick, and not read from Redis before. */
  private async catchUp(client: RedisClient): Promise<void> {
    await catchUpBudget.spend(requireUse(client, this.token));
    const runId = await catchUpBudget.spend(runIdOf(client));
    // What another server holds may have been changed long ago, and so may a snapshot that it was started from.
    const isKnown = runId !== undefined && (this.runId === undefined || runId === this.runId);
    if (!isKnown) this.dropAllsAsked++;
    if (this.mustDropAll) await this.dropAllBy(client);
    const waiting = [...this.drops];
    for (let start = 0; start < waiting.length; start += DROPS_A_COMMAND) {
      const some = waiting.slice(start, start + DROPS_A_COMMAND);
      await catchUpBudget.spend(this.dropSomeBy(client, some));
    }
    this.runId = runId;
  }
}
