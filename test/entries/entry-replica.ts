import { Counter, register } from 'prom-client';
import { expect } from 'vitest';
import { ENTRY_CACHE } from '../../src/entries/cache/entry-cache.declaration.js';
import { EntryCache } from '../../src/entries/cache/entry-cache.js';
import { EntryNewsListener } from '../../src/entries/cache/entry-news-listener.js';
import { EntriesSettings } from '../../src/entries/entries.settings.js';
import type { EntryKey } from '../../src/entries/model/entry-key.js';
import type { EntryWrite } from '../../src/entries/model/entry-write.js';
import type { StoredEntry } from '../../src/entries/model/stored-entry.js';
import { EntryRepository, type FoundEntries } from '../../src/entries/repository/entry.repository.js';
import { EntryWriteRepository } from '../../src/entries/repository/entry-write.repository.js';
import { RedisEpochRepository } from '../../src/entries/repository/redis-epoch.repository.js';
import { EntryCommits } from '../../src/entries/service/entry-commits.js';
import { Caches } from '../../src/platform/cache/caches.js';
import { RedisCaches } from '../../src/platform/cache/redis-caches.js';
import { SharedRedis } from '../../src/platform/cache/shared-redis.js';
import { Environment } from '../../src/platform/config/environment.js';
import { Database } from '../../src/platform/database/database.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import type { Logger } from '../../src/platform/logging/logger.js';
import { eventually } from '../support/eventually.js';
import { redisAt } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { WaybillDatabase } from '../support/waybill-database.js';

const TTL_MS = 3_600_000;
const MAX_BYTES = 10_000_000;

/** Entries in PostgreSQL, of which an answer can be held back after PostgreSQL has given it. */
class HeldEntries extends EntryRepository {
  private gate: Promise<void> | undefined;
  /** Answers that are held back. */
  waiting = 0;

  /** The next answer waits for the function that is returned. */
  holdNext(): () => void {
    let release: () => void = () => undefined;
    this.gate = new Promise((done) => (release = done));
    return release;
  }

  override async find(keys: readonly EntryKey[]): Promise<FoundEntries> {
    const { gate } = this;
    this.gate = undefined;
    const found = await super.find(keys);
    if (gate === undefined) return found;
    this.waiting++;
    await gate;
    return found;
  }
}

/** What a process has of entries, within the process of the tests: several can share a PostgreSQL and a Redis. */
export class EntryReplica {
  /** Between it and PostgreSQL, or Redis. */
  private constructor(
    readonly toPostgres: TcpProxy,
    readonly toRedis: TcpProxy,
    private readonly database: Database,
    private readonly redis: RedisCaches,
    private readonly lifecycle: Lifecycle,
    readonly stored: HeldEntries,
    readonly epochs: RedisEpochRepository,
    readonly cache: EntryCache,
    private readonly commits: EntryCommits,
  ) {}

  static async start(
    { options, connection }: WaybillDatabase,
    redisUrl: string,
    log: Logger,
    chosen: Partial<EntriesSettings> = {},
  ): Promise<EntryReplica> {
    const toPostgres = await TcpProxy.open(connection.port);
    const toRedis = await TcpProxy.open(Number(new URL(redisUrl).port));
    const database = new Database(options);
    await database.open({ ...connection, host: '127.0.0.1', port: toPostgres.port });
    const redis = new RedisCaches(
      { settings: redisAt(`redis://127.0.0.1:${toRedis.port}`), ttlMs: TTL_MS },
      log,
    );
    redis.connect();
    const lifecycle = new Lifecycle(log);
    // Metrics of a process are kept beside it.
    register.clear();
    const caches = new Caches(
      [ENTRY_CACHE],
      { maxBytes: MAX_BYTES, ttlMs: TTL_MS, absentTtlMs: TTL_MS, redis },
      lifecycle,
      log,
    );
    const stored = new HeldEntries(database);
    const epochs = new RedisEpochRepository(database);
    const shared = new SharedRedis(redis);
    const settings = Object.assign(new EntriesSettings(), chosen);
    const cache = new EntryCache(stored, epochs, caches, shared, new Environment(), settings);
    const raised = new Counter({ name: 'raised', help: 'of one replica', registers: [] });
    new EntryNewsListener(database, cache, epochs, lifecycle, log, raised);
    await lifecycle.start();
    const commits = new EntryCommits(database, new EntryWriteRepository(), epochs, cache);
    return new EntryReplica(toPostgres, toRedis, database, redis, lifecycle, stored, epochs, cache, commits);
  }

  /** Memory and Redis are believed. */
  async isUsed(): Promise<void> {
    await eventually(() => {
      expect(this.cache.hearsChanges).toBe(true);
      expect(this.cache.redis!.epoch).toBeDefined();
    });
  }

  /** Resolves when a caller would have the answer. */
  async put(key: string, value: unknown): Promise<StoredEntry> {
    const [entry] = await this.write([
      { instance: 'i', key, content: { value: Buffer.from(JSON.stringify(value)) } },
    ]);
    return entry!;
  }

  async remove(key: string): Promise<StoredEntry> {
    const [entry] = await this.write([{ instance: 'i', key, content: undefined }]);
    return entry!;
  }

  private async write(writes: readonly EntryWrite[]): Promise<StoredEntry[]> {
    const { receipts, known } = await this.commits.commit(writes, {
      purpose: 'request',
      also: () => Promise.resolve(),
    });
    await known;
    return receipts.flatMap((receipt) => ('entry' in receipt ? [receipt.entry] : []));
  }

  /** `<tier> <value>`, or `<tier> none`. */
  async read(key: string): Promise<string> {
    const { entry, from } = await this.cache.read({ instance: 'i', key });
    if (entry === undefined) return `${from} none`;
    const { value } = JSON.parse(entry.body.toString()) as { value: unknown };
    return `${from} ${String(value)}`;
  }

  /** As SIGTERM stops a process. */
  async stop(): Promise<void> {
    await this.lifecycle.drain();
    await this.lifecycle.close();
    await this.redis.close();
    await this.database.close();
  }

  /** As SIGKILL ends a process: it says nothing more to anybody. */
  async die(): Promise<void> {
    await this.toPostgres.refuse();
    await this.toRedis.refuse();
  }

  /** To be called in the end, whatever has become of it. */
  async end(): Promise<void> {
    await this.stop().catch(() => undefined);
    await this.toPostgres.close().catch(() => undefined);
    await this.toRedis.close().catch(() => undefined);
  }
}
