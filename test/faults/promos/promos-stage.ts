import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { ConnectionSettings } from '../../../src/platform/database/connection-settings.js';
import type { User } from '../../../src/promos/model/user.js';
import { tellSweeper } from '../../support/left-behind.js';
import { plainClient, RedisServerFixture } from '../../support/redis-server.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { runWaybill } from '../../support/waybill-process.js';
import { Replica } from '../replica.js';

export type PlainRedis = ReturnType<typeof plainClient>;

/** So that a crowd has room. */
const MAX_CONNECTIONS = 12_000;

export interface PromosStageOptions {
  /** A database that is empty, in a server that stays. */
  readonly connection: ConnectionSettings;
  readonly redisCommand: string;
  /** Users that are there from the beginning, each to be used once. */
  readonly users: number;
  /** What a look-up may take. */
  readonly requestTimeoutMs: number;
}

/**
 * Two programs for promos alone, each a process of its own, on one PostgreSQL and one Redis. Between the programs and
 * PostgreSQL is a wire that can be cut; the stage itself reaches PostgreSQL past it.
 */
export class PromosStage {
  private userIds: string[] = [];
  private taken = 0;
  private readonly extra: Replica[] = [];
  /** What is in the table, by id. */
  readonly stored = new Map<string, User>();

  private constructor(
    private readonly options: PromosStageOptions,
    readonly client: Client,
    readonly wire: TcpProxy,
    readonly redis: RedisServerFixture,
    private readonly redisDirectory: string,
    readonly replicas: readonly [Replica, Replica],
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Resolves when both programs are ready. */
  static async open(options: PromosStageOptions): Promise<PromosStage> {
    const { connection, redisCommand, users, requestTimeoutMs } = options;
    const wire = await TcpProxy.open(connection.port);
    const redis = await RedisServerFixture.reserve(redisCommand);
    const redisDirectory = await mkdtemp(join(tmpdir(), 'waybill-redis-'));
    tellSweeper('directory', redisDirectory);
    const env = {
      CONTEXTS: 'promos',
      DB_HOST: '127.0.0.1',
      DB_PORT: String(wire.port),
      DB_USER: connection.user,
      DB_PASSWORD: connection.password,
      DB_NAME: connection.database,
      REDIS_URL: redis.url,
      MAX_CONNECTIONS: String(MAX_CONNECTIONS),
      PROMOS_REQUEST_TIMEOUT_MS: String(requestTimeoutMs),
    };
    const migrated = await runWaybill({ env, command: ['migrate'] });
    if (migrated.code !== 0) throw new Error(`the tables were not made:\n${migrated.stderr}`);
    const client = new Client(connection);
    client.on('error', () => undefined);
    await client.connect();
    const replicas = [await Replica.of('a', env), await Replica.of('b', env)] as const;
    const stage = new PromosStage(options, client, wire, redis, redisDirectory, replicas, env);
    try {
      await redis.start(redisDirectory);
      await stage.fill(users);
      await Promise.all(replicas.map((replica) => replica.start()));
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  get requestTimeoutMs(): number {
    return this.options.requestTimeoutMs;
  }

  /** Where the first program listens. */
  get url(): string {
    return this.replicas[0].url;
  }

  get otherUrl(): string {
    return this.replicas[1].url;
  }

  /** Ids of users that nobody has asked for. @throws RangeError when there are no more */
  take(count: number): string[] {
    const ids = this.userIds.slice(this.taken, this.taken + count);
    this.taken += count;
    if (ids.length < count) throw new RangeError(`there are only ${this.options.users} users`);
    return ids;
  }

  /** Gives all of them another message, by one statement. Resolves after the commit. */
  async change(userIds: readonly string[], message: string): Promise<void> {
    await this.client.query('UPDATE promos.users SET promo_message = $2 WHERE user_id = ANY($1::varchar[])', [
      userIds,
      message,
    ]);
    for (const id of userIds) this.stored.set(id, { ...this.stored.get(id)!, promo_message: message });
  }

  /** One more program on the same services, which ends with the stage. */
  async addReplica(name: string, env: Readonly<Record<string, string>> = {}): Promise<Replica> {
    const replica = await Replica.of(name, { ...this.env, ...env });
    this.extra.push(replica);
    return replica;
  }

  startRedis(): Promise<void> {
    return this.redis.start(this.redisDirectory);
  }

  async withRedis<T>(work: (client: PlainRedis) => Promise<T>): Promise<T> {
    const client = plainClient(this.redis.url);
    await client.connect();
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }

  /** What was saved is not there at the next start. */
  forgetSnapshot(): void {
    rmSync(join(this.redisDirectory, 'dump.rdb'), { force: true });
  }

  /** How many look-ups PostgreSQL had to answer, as a program counts them. */
  async storeReads(url: string): Promise<number> {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const samples = metrics.matchAll(/^waybill_cache_requests_total\{(.*)\} (\S+)$/gm);
    return [...samples]
      .filter(([, labels]) => labels!.includes('cache="promos"') && labels!.includes('tier="store"'))
      .reduce((sum, [, , value]) => sum + Number(value), 0);
  }

  /** How many of these ids Redis has something of. */
  countInRedis(userIds: readonly string[]): Promise<number> {
    return this.withRedis((client) => client.exists(userIds.map(keyOf)));
  }

  /**
   * Counts what the programs send to PostgreSQL with this id in it, until it is called: each look-up has it in one message.
   *
   * @param answerDelayMs from the first such message on
   */
  countQueriesFor(userId: string, answerDelayMs = 0): () => number {
    let count = 0;
    this.wire.arm((sent) => {
      if (!sent.includes(userId)) return undefined;
      count += 1;
      this.wire.delayAnswers(answerDelayMs);
      return undefined;
    });
    return () => {
      this.wire.disarm();
      this.wire.delayAnswers(0);
      return count;
    };
  }

  async close(): Promise<void> {
    this.redis.thaw();
    await Promise.all([...this.replicas, ...this.extra].map((replica) => replica.kill()));
    await this.wire.close().catch(() => undefined);
    await this.client.end().catch(() => undefined);
    await this.redis.kill();
    await rm(this.redisDirectory, { recursive: true, force: true });
    tellSweeper('removed', this.redisDirectory);
  }

  private async fill(count: number): Promise<void> {
    const { rows } = await this.client.query<User>(
      `INSERT INTO promos.users
       SELECT 'user-' || lpad(number::text, 7, '0'), 'https://shop.example/?a=1&b=' || number, 'No. ' || number
         FROM generate_series(1, $1::int) AS number
       RETURNING *`,
      [count],
    );
    for (const user of rows) this.stored.set(user.user_id, user);
    this.userIds = [...this.stored.keys()];
  }
}

export const keyOf = (userId: string): string => `user:${userId}`;
