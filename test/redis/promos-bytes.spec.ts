import { afterAll, beforeAll, describe } from 'vitest';
import { promosBytesConformance } from '../contexts/promos-bytes.conformance.js';
import { findCommand } from '../support/debian-packages.js';
import { RedisServerFixture } from '../support/redis-server.js';
import { useTier } from '../support/tiers.js';

const tier = useTier('redis');
const command = await findCommand('redis-server');

// Keys are those of users, and must be nobody else's.
describe.skipIf(tier.skipped ?? command === undefined)('users in Redis', () => {
  let redis: RedisServerFixture;
  beforeAll(async () => {
    redis = await RedisServerFixture.reserve(command ?? '');
    await redis.start();
  });
  afterAll(() => redis.kill());

  promosBytesConformance('redis', () => ({ REDIS_URL: redis.url }));
});
