import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Environment } from '../../platform/config/environment.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { EntryCache } from '../cache/entry-cache.js';
import type { EntriesInRedis } from '../cache/entries-in-redis.js';
import { parseStorageKey } from '../model/entry-key.js';
import type { EntryChange } from '../model/entry-news.js';
import { isLongGone, type StoredEntry } from '../model/stored-entry.js';
import { EntryRepository } from '../repository/entry.repository.js';
import { WorkerMetrics } from './worker.metrics.js';

/** Changes that are remembered while Redis cannot be used; of more the oldest are left out, and read once they are asked for. */
const MAX_WAITING = 10_000;
const KEYS_A_QUERY = 500;
const REPAIR_EVERY_MS = 1_000;

/**
 * Has Redis hold what PostgreSQL has. What stands there under the epoch of now is never wrong for longer than a change takes
 * to be heard, so this is about what is missing: what Redis has evicted, or has lost with an epoch.
 */
@Injectable()
export class RedisRepairs {
  private readonly stopping = new AbortController();
  /** The newest last. */
  private readonly waiting = new Map<string, number>();

  constructor(
    private readonly cache: EntryCache,
    private readonly entries: EntryRepository,
    private readonly metrics: WorkerMetrics,
    { ROLES }: Environment,
    lifecycle: Lifecycle,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    if (cache.redis === undefined || !ROLES.includes('worker')) return;
    lifecycle.beforeReady('the repairs of Redis', () => void this.repairAgainAndAgain());
    lifecycle.onDrain('the repairs of Redis', () => this.stopping.abort());
  }

  /**
   * Reads those from PostgreSQL of which Redis has something older, or nothing. While Redis cannot be used they are remembered.
   *
   * @throws what PostgreSQL or the network says
   */
  async repair(changes: readonly EntryChange[]): Promise<void> {
    const { redis } = this.cache;
    if (redis === undefined || changes.length === 0) return;
    const newest = newestOfEach(changes);
    // What it puts there has to be dropped when a change is heard.
    const epoch = this.cache.hearsChanges ? redis.epoch : undefined;
    const lacking = epoch && (await redis.lacking(newest, epoch).catch(() => undefined));
    if (!epoch || !lacking) this.remember(newest);
    else if (lacking.length > 0) await this.fill(redis, lacking, epoch);
  }

  /** Never throws. */
  private async repairAgainAndAgain(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.repairWaiting();
      } catch (error) {
        if (!signal.aborted) this.log.warn({ err: error }, 'Redis could not be repaired; trying again');
      }
      this.metrics.waiting.set(this.waiting.size);
      await sleep(REPAIR_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async repairWaiting(): Promise<void> {
    if (this.waiting.size === 0 || this.cache.redis?.epoch === undefined) return;
    const changes = [...this.waiting].map(([storageKey, version]) => ({ storageKey, version }));
    this.waiting.clear();
    for (let start = 0; start < changes.length; start += KEYS_A_QUERY) {
      try {
        await this.repair(changes.slice(start, start + KEYS_A_QUERY));
      } catch (error) {
        this.remember(changes.slice(start));
        throw error;
      }
    }
  }

  private async fill(redis: EntriesInRedis, changes: readonly EntryChange[], epoch: number): Promise<void> {
    for (let start = 0; start < changes.length;) {
      const some = changes.slice(start, start + KEYS_A_QUERY);
      const sinceMs = performance.now();
      const { entries, isCurrent } = await this.entries.find(
        some.map(({ storageKey }) => parseStorageKey(storageKey)!),
      );
      // What a standby says may be older than what was there.
      if (!isCurrent) return;
      start += entries.length;
      const found = entries.filter(
        (entry): entry is StoredEntry => entry !== undefined && !isLongGone(entry, Date.now()),
      );
      redis.drop(some.slice(0, entries.length).filter((_, index) => entries[index] === undefined));
      try {
        await redis.put(this.cache.current(found), epoch, sinceMs);
      } catch {
        this.remember(some.slice(0, entries.length));
        continue;
      }
      this.metrics.repaired.inc(found.length);
    }
  }

  private remember(changes: readonly EntryChange[]): void {
    for (const { storageKey, version } of changes) {
      const known = this.waiting.get(storageKey) ?? 0;
      this.waiting.delete(storageKey);
      this.waiting.set(storageKey, Math.max(known, version));
      if (this.waiting.size > MAX_WAITING) this.waiting.delete(this.waiting.keys().next().value!);
    }
  }
}

function newestOfEach(changes: readonly EntryChange[]): EntryChange[] {
  const newest = new Map<string, number>();
  for (const { storageKey, version } of changes) {
    newest.set(storageKey, Math.max(newest.get(storageKey) ?? 0, version));
  }
  return [...newest].map(([storageKey, version]) => ({ storageKey, version }));
}
