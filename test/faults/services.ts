import { findCommand } from '../support/debian-packages.js';
import { RedisServerFixture } from '../support/redis-server.js';
import { FaultyKafka } from './faulty-kafka.js';
import { FaultyPostgres } from './faulty-postgres.js';

/** The real services of a run, each with what can be done to it. */
export interface Services {
  readonly postgres: FaultyPostgres;
  readonly kafka: FaultyKafka;
  readonly redis: RedisServerFixture;
  stop(): Promise<void>;
}

/** @throws KafkaUnavailableError without Java; Error without redis-server */
export async function startServices(): Promise<Services> {
  const command = await findCommand('redis-server');
  if (command === undefined) throw new Error('no redis-server on the PATH');
  const redis = await RedisServerFixture.reserve(command);
  await redis.start();
  const postgres = await FaultyPostgres.start();
  const kafka = await FaultyKafka.start();
  return {
    postgres,
    kafka,
    redis,
    async stop() {
      await Promise.all([redis.kill(), postgres.end(), kafka.end()]);
    },
  };
}
