import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCommand } from '../../support/debian-packages.js';
import { tellSweeper } from '../../support/left-behind.js';
import { plainClient, RedisServerFixture } from '../../support/redis-server.js';
import { FaultyKafka } from '../faulty-kafka.js';
import { FaultyPostgres } from '../faulty-postgres.js';

/** PostgreSQL, Kafka and Redis of a run's own. */
export class EntriesServices {
  private constructor(
    readonly postgres: FaultyPostgres,
    readonly kafka: FaultyKafka,
    readonly redis: RedisServerFixture,
    private readonly redisDirectory: string,
  ) {}

  /** @throws KafkaUnavailableError without Java; Error without redis-server */
  static async start(): Promise<EntriesServices> {
    const command = await findCommand('redis-server');
    if (command === undefined) throw new Error('no redis-server on the PATH');
    const redisDirectory = await mkdtemp(join(tmpdir(), 'waybill-redis-'));
    tellSweeper('directory', redisDirectory);
    const [postgres, kafka, redis] = await Promise.all([
      FaultyPostgres.start(),
      FaultyKafka.start(),
      RedisServerFixture.reserve(command),
    ]);
    const services = new EntriesServices(postgres, kafka, redis, redisDirectory);
    await services.startRedis();
    return services;
  }

  get redisPort(): number {
    return Number(new URL(this.redis.url).port);
  }

  /** With what {@link saveRedis} has saved last, unless that was forgotten. */
  startRedis(): Promise<void> {
    return this.redis.start(this.redisDirectory);
  }

  async saveRedis(): Promise<void> {
    await this.withRedis((client) => client.sendCommand(['SAVE']));
  }

  forgetSavedRedis(): void {
    rmSync(join(this.redisDirectory, 'dump.rdb'), { force: true });
  }

  async withRedis<T>(work: (client: ReturnType<typeof plainClient>) => Promise<T>): Promise<T> {
    const client = plainClient(this.redis.url);
    await client.connect();
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }

  async end(): Promise<void> {
    this.redis.thaw();
    await this.redis.kill();
    await Promise.all([this.kafka.end(), this.postgres.end()]);
    await rm(this.redisDirectory, { recursive: true, force: true });
    tellSweeper('removed', this.redisDirectory);
  }
}
