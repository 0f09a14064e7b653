import { Injectable } from '@nestjs/common';
import * as events from '../../platform/cache/cache-event.js';
import { type CacheClaim, Caches } from '../../platform/cache/caches.js';
import { SharedRedis } from '../../platform/cache/shared-redis.js';
import { TimeBudget } from '../../platform/cache/time-budget.js';
import { EVERY_USER, type UserChanges } from '../model/user-changes.js';
import { PromosSettings } from '../promos.settings.js';
import { UserRepository } from '../repository/user.repository.js';
import type { FoundUser } from '../model/found-user.js';
import { type HeldUser, heldUserOf } from '../model/held-user.js';
import { PostgresUsers, type StoredUser } from './postgres-users.js';
import type { RedisFinding } from './redis-users.js';
import { USER_CACHE } from './user-cache.declaration.js';
import { UserRead } from './user-read.js';
import { UsersInMemory } from './users-in-memory.js';
import { UsersInRedis } from './users-in-redis.js';

/** How old an answer from memory may be. A process that was paused has unread notifications. */
const MAX_AGE_MS = 1_000;
/** Of 300 ms the last 10 may be missing; a tick is at least so long. */
const MAX_TICKS = 30;
const MIN_TICK_MS = 5;
/** After PostgreSQL has failed, and while changes are not heard, what is held comes first for so long. */
const SPARED_MS = 1_000;

/**
 * Users: from memory, then from Redis where there is one, then from PostgreSQL. Look-ups of one id share a read, and all of
 * a look-up has one budget of time.
 *
 * Memory and Redis are believed only while the changes of all others are heard. While they are not, PostgreSQL is asked
 * first, and what is held answers only where PostgreSQL does not.
 */
@Injectable()
export class UserCache {
  /** Whether there is a Redis. */
  readonly hasRedis: boolean;
  private readonly claim: CacheClaim;
  private readonly memory: UsersInMemory;
  private readonly redis: UsersInRedis | undefined;
  private readonly postgres: PostgresUsers;
  /** Of a read, and what PostgreSQL has of it before what is held is asked for. */
  private readonly budget: TimeBudget;
  private readonly halfBudget: TimeBudget;
  private readonly reads = new Map<string, UserRead>();
  private isHolding = false;
  private heardUntilMs = -Infinity;
  private sparedUntilMs = -Infinity;

  constructor(
    users: UserRepository,
    caches: Caches,
    { redis }: SharedRedis,
    { PROMOS_REQUEST_TIMEOUT_MS, PROMOS_CACHE_TTL_SECONDS }: PromosSettings,
  ) {
    const ttlMs = PROMOS_CACHE_TTL_SECONDS * 1_000;
    this.claim = caches.claim(USER_CACHE.name);
    this.memory = new UsersInMemory({ maxBytes: this.claim.maxBytes, ttlMs });
    this.claim.watch(this.memory);
    this.hasRedis = redis !== undefined;
    this.redis = redis && new UsersInRedis(redis, ttlMs);
    this.postgres = new PostgresUsers(users);
    this.budget = budgetOf(PROMOS_REQUEST_TIMEOUT_MS);
    this.halfBudget = budgetOf(PROMOS_REQUEST_TIMEOUT_MS / 2);
    users.waitAtLeast(PROMOS_REQUEST_TIMEOUT_MS * 2);
  }

  /** From memory, at once. null: nobody has the id; undefined: {@link read} has to be asked. */
  peek(userId: string): HeldUser | null | undefined {
    if (!this.hearsChanges) return undefined;
    const held = this.memory.get(userId);
    if (held !== undefined) this.claim.observe(held === null ? events.MEMORY_ABSENT : events.MEMORY_HIT);
    return held;
  }

  /** @throws where neither store has answered within the budget */
  read(userId: string): Promise<FoundUser> {
    const held = this.peek(userId);
    if (held !== undefined) return Promise.resolve({ user: held ?? undefined, isHit: held !== null });
    const underWay = this.reads.get(userId);
    this.claim.observe(underWay === undefined ? events.MEMORY_MISS : events.MEMORY_JOINED);
    return (underWay ?? this.begin(userId)).answer;
  }

  /** From now on it hears of each change; some may have been missed. */
  hold(): void {
    this.forgetAll();
    this.isHolding = true;
    this.heardUntil(performance.now());
  }

  /** All that was committed until a moment of `performance.now()` was heard. Memory answers for a second more. */
  heardUntil(atMs: number): void {
    this.heardUntilMs = atMs;
  }

  /** Changes may be missed until {@link hold}. */
  distrust(): void {
    this.isHolding = false;
  }

  /** What was changed, by whomever. What is being read may be older, and is not kept. */
  changed(changes: UserChanges): void {
    if (changes === EVERY_USER) return this.forgetAll();
    for (const userId of changes) {
      this.memory.drop(userId);
      this.reads.get(userId)?.outdate();
      this.reads.delete(userId);
    }
    this.redis?.drop(changes);
  }

  private get hearsChanges(): boolean {
    return this.isHolding && performance.now() - this.heardUntilMs < MAX_AGE_MS;
  }

  private forgetAll(): void {
    this.memory.clear();
    for (const read of this.reads.values()) read.outdate();
    this.reads.clear();
    this.redis?.dropAll();
  }

  private begin(userId: string): UserRead {
    const read = new UserRead(userId, this.budget, (running) =>
      this.hearsChanges ? this.cachesFirst(running) : this.postgresFirst(running),
    );
    this.reads.set(userId, read);
    const forget = (): void => {
      if (this.reads.get(userId) === read) this.reads.delete(userId);
    };
    read.answer.then(forget, forget);
    return read;
  }

  private async cachesFirst(read: UserRead): Promise<FoundUser> {
    const { user: inRedis, lease } = await this.askRedis(read);
    if (inRedis !== undefined && !read.isOutdated) {
      const user = heldUserOf(inRedis);
      if (this.isHolding) this.memory.put(read.userId, user);
      return { user, isHit: true };
    }
    const { user: stored, isCurrent } = await this.askPostgres(read);
    const user = stored && heldUserOf(stored);
    if (isCurrent && !read.isOutdated && this.isHolding) {
      if (user === undefined) this.memory.rememberAbsent(read.userId);
      else this.memory.put(read.userId, user);
      if (stored !== undefined && lease !== undefined) this.redis!.fill(stored, lease);
    }
    return { user, isHit: false };
  }

  /** What is held answers where PostgreSQL fails, or takes more than half of the time; then it comes first for a while. */
  private async postgresFirst(read: UserRead): Promise<FoundUser> {
    if (performance.now() < this.sparedUntilMs) {
      return (await this.held(read)) ?? (await this.fromPostgres(read));
    }
    const stored = this.fromPostgres(read);
    const first = await this.halfBudget.spend(stored).catch(() => undefined);
    if (first !== undefined) return first;
    this.sparedUntilMs = performance.now() + SPARED_MS;
    return (await this.held(read)) ?? (await stored);
  }

  private async fromPostgres(read: UserRead): Promise<FoundUser> {
    const { user: stored } = await this.askPostgres(read);
    this.sparedUntilMs = -Infinity;
    return { user: stored && heldUserOf(stored), isHit: false };
  }

  /** What is held, though it may have changed. */
  private async held(read: UserRead): Promise<FoundUser | undefined> {
    const inMemory = this.memory.get(read.userId);
    if (inMemory) return { user: inMemory, isHit: true };
    const { user } = await this.askRedis(read);
    return user && { user: heldUserOf(user), isHit: true };
  }

  /** Redis is only ever an advantage: where it fails, it has found nothing. */
  private async askRedis(read: UserRead): Promise<RedisFinding> {
    if (this.redis === undefined) return {};
    try {
      const finding = await this.redis.read(read.userId);
      this.claim.observe(finding.user === undefined ? events.SECOND_MISS : events.SECOND_HIT);
      return finding;
    } catch {
      this.claim.observe(events.SECOND_ERROR);
      return {};
    }
  }

  private async askPostgres({ userId, signal }: UserRead): Promise<StoredUser> {
    try {
      const stored = await this.postgres.find(userId, signal);
      this.claim.observe(stored.user === undefined ? events.STORE_ABSENT : events.STORE_HIT);
      return stored;
    } catch (error) {
      this.claim.observe(signal.aborted ? events.STORE_TIMEOUT : events.STORE_ERROR);
      throw error;
    }
  }
}

function budgetOf(ms: number): TimeBudget {
  return new TimeBudget(ms, Math.min(MAX_TICKS, Math.max(1, Math.floor(ms / MIN_TICK_MS))));
}
