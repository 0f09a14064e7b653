import { expect, it } from 'vitest';
import { ask } from '../e2e/api.js';
import { findCommand } from '../support/debian-packages.js';
import { eventually } from '../support/eventually.js';
import { plainClient, RedisServerFixture } from '../support/redis-server.js';
import { isTierRequired, useTier } from '../support/tiers.js';
import { createPipeline, type Pipeline } from './order-pipeline.harness.js';

const kafka = useTier('kafka');
const redisCommand = await findCommand('redis-server');
const FIRST_READING_MS = 3_000;
const SENSOR = 'sensor-123';

it.skipIf(kafka.skipped ?? (redisCommand === undefined && !isTierRequired()))(
  'readings that are made up are at hand within 3 s, also in Redis as the plain number',
  async () => {
    const redis = await RedisServerFixture.reserve(redisCommand!);
    await redis.start();
    const client = plainClient(redis.url);
    await client.connect();
    let pipeline: Pipeline | undefined;
    try {
      pipeline = await createPipeline(kafka.brokers);
      const program = await pipeline.start({
        CONTEXTS: 'sensors',
        SENSORS_TOPIC: pipeline.topic,
        ROLES: 'api,consumer,relay,producer',
        REDIS_URL: redis.url,
        SENSORS_INTERVAL_MS: '60000',
      });
      const value = await eventually(
        async () => {
          const { status, text } = await ask(`${program.url}/recent/${SENSOR}`);
          expect(status).toBe(200);
          return text;
        },
        { timeoutMs: FIRST_READING_MS },
      );
      expect(value).toMatch(/^\d{1,2}(\.\d{1,2})?$/);
      await eventually(async () => expect(await client.get(`sensor:${SENSOR}`)).toBe(value));
    } finally {
      await pipeline?.close();
      client.destroy();
      await redis.kill();
    }
  },
);
