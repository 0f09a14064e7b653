import { pino } from 'pino';
import { entries } from '../../src/entries/entries.module.js';
import type { EntriesSettings } from '../../src/entries/entries.settings.js';
import { findCommand } from '../support/debian-packages.js';
import { plainClient, RedisServerFixture } from '../support/redis-server.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { EntryReplica } from './entry-replica.js';

export const redisCommand = await findCommand('redis-server');

/** A PostgreSQL and a Redis of a test's own, and the processes that share them. */
export class EntryHouse {
  private readonly replicas: EntryReplica[] = [];

  private constructor(
    readonly store: WaybillDatabase,
    readonly server: RedisServerFixture,
    /** To look into Redis, and to meddle. */
    readonly plain: ReturnType<typeof plainClient>,
  ) {}

  static async open(): Promise<EntryHouse> {
    const store = await openWaybillDatabase({ contexts: [entries] });
    const server = await RedisServerFixture.reserve(redisCommand!);
    await server.start();
    const plain = plainClient(server.url);
    await plain.connect();
    return new EntryHouse(store, server, plain);
  }

  async close(): Promise<void> {
    for (const replica of this.replicas) await replica.end();
    this.plain.destroy();
    await this.server.kill();
    await this.store.drop();
  }

  /** Another process, which hears of changes and uses Redis. */
  async start(chosen: Partial<EntriesSettings> = {}): Promise<EntryReplica> {
    const replica = await EntryReplica.start(this.store, this.server.url, pino({ level: 'silent' }), chosen);
    this.replicas.push(replica);
    await replica.isUsed();
    return replica;
  }

  /** What the keys in Redis begin with, as PostgreSQL has it. */
  async epoch(): Promise<number> {
    const [row] = await this.store.rows<{ epoch: number }>('SELECT epoch FROM entries.redis_epoch');
    return Number(row!.epoch);
  }

  async users(): Promise<number> {
    return (await this.store.rows('SELECT id FROM entries.redis_users')).length;
  }

  async redisKeyOf(key: string): Promise<string> {
    return `waybill:entries:${await this.epoch()}:i/${key}`;
  }

  /** Of what Redis holds under the epoch of now; undefined where it holds nothing of ours. */
  async versionInRedis(key: string): Promise<number | undefined> {
    const redisKey = await this.redisKeyOf(key);
    if ((await this.plain.getRange(redisKey, 0, 3)) !== 'WE1\n') return undefined;
    const script = "return tostring(struct.unpack('>d', redis.call('GETRANGE', KEYS[1], 4, 11)))";
    return Number(await this.plain.eval(script, { keys: [redisKey] }));
  }
}
