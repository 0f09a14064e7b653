import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sensors } from '../../src/sensors/sensors.module.js';
import type { RedisClient } from '../../src/platform/cache/redis-client.js';
import { writeToRedis } from '../../src/sensors/cache/redis-keys.js';
import type { Waybill } from '../../src/waybill.js';
import { startContexts } from '../contexts/start-contexts.js';
import { ask } from '../e2e/api.js';
import { findCommand } from '../support/debian-packages.js';
import { eventually } from '../support/eventually.js';
import { plainClient, RedisServerFixture } from '../support/redis-server.js';
import { useTier } from '../support/tiers.js';
import { sendTombstone } from '../support/outbox-messages.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';

const tier = useTier('redis');
const command = await findCommand('redis-server');
const WAIT = { timeoutMs: 20_000 };

describe.skipIf(tier.skipped ?? command === undefined)('the latest readings in Redis', () => {
  let redis: RedisServerFixture;
  let database: WaybillDatabase;
  let waybill: Waybill;

  beforeEach(async () => {
    redis = await RedisServerFixture.reserve(command ?? '');
    await redis.start();
    database = await openWaybillDatabase();
    waybill = await startContexts(database, { REDIS_URL: redis.url }, [sensors]);
  });
  afterEach(async () => {
    await waybill.stop();
    await database.drop();
    await redis.kill();
  });

  const post = async (...readings: [sensorId: string, value: number, timestamp: number][]): Promise<void> => {
    const body = JSON.stringify(
      readings.map(([sensor_id, value, timestamp]) => ({ sensor_id, value, timestamp })),
    );
    const headers = { 'content-type': 'application/json' };
    expect((await ask(`${waybill.url}/data`, { method: 'POST', headers, body })).status).toBe(201);
  };
  async function withClient<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    const client = plainClient(redis.url);
    await client.connect();
    try {
      return await work(client as unknown as RedisClient);
    } finally {
      client.destroy();
    }
  }
  const held = (key: string): Promise<string | null> =>
    withClient(async (client) => (await client.get(key)) as unknown as string | null);
  const becomes = (key: string, value: string | null): Promise<void> =>
    eventually(async () => expect(await held(key)).toBe(value), WAIT);

  it('are plain numbers, and an older one never replaces a newer one', async () => {
    await post(['a', 1.5, 20], ['b', 2e-7, 1]);
    await becomes('sensor:a', '1.5');
    await becomes('sensor:b', '2e-7');
    expect(await held('sensor-at:a')).toMatch(/^20\/\d+$/);
    await post(['a', 9, 19]);
    await post(['b', 3, 1]);
    await becomes('sensor:b', '3');
    expect(await held('sensor:a')).toBe('1.5');
  });

  it('are there again when Redis comes back empty', async () => {
    await post(['a', 1, 1], ['c', 4, 1]);
    await becomes('sensor:a', '1');
    await redis.kill();
    await post(['b', 2, 1], ['a', 3, 2]);
    expect((await ask(`${waybill.url}/recent/a`)).text).toBe('3');
    await redis.start();
    await becomes('sensor:a', '3');
    await becomes('sensor:b', '2');
    await becomes('sensor:c', '4');
  });

  it('are there again when Redis was emptied, and its connection stayed', async () => {
    await post(['a', 1, 1]);
    await becomes('sensor:a', '1');
    await withClient((client) => client.flushAll());
    await becomes('sensor:a', '1');
  });

  it.each(['sensor:a', 'sensor-at:a'])(
    'are looked up where %s was evicted and an older one comes',
    async (key) => {
      await post(['a', 1, 10]);
      await becomes('sensor:a', '1');
      await withClient((client) => client.del(key));
      await post(['a', 2, 9], ['b', 3, 1]);
      await becomes('sensor:b', '3');
      await becomes('sensor:a', '1');
      expect(await held('sensor-at:a')).toMatch(/^10\/\d+$/);
    },
  );

  it('are those of a new database, whose ids begin anew, at once', async () => {
    await withClient(async (client) => {
      await client.set('sensor:a', '99');
      await client.set('sensor-at:a', '10/1000000');
    });
    await waybill.stop();
    waybill = await startContexts(database, { REDIS_URL: redis.url }, [sensors]);
    await becomes('sensor:a', null);
    await post(['a', 5, 3]);
    await eventually(async () => expect(await held('sensor:a')).toBe('5'), WAIT);
  });

  it('of sensors that were forgotten while Redis was away are gone from it', async () => {
    await post(['a', 1, 10], ['b', 1, 10]);
    await becomes('sensor:b', '1');
    await waybill.stop();
    await database.rows(`DELETE FROM sensors.sensor_data WHERE sensor_id = 'a'`);
    await database.rows(`UPDATE sensors.sensor_data SET value = 2, ts = 9 WHERE sensor_id = 'b'`);
    waybill = await startContexts(database, { REDIS_URL: redis.url }, [sensors]);
    await becomes('sensor:a', null);
    await becomes('sensor:b', '2');
  });

  it('do not come back by a write that began before their sensor was forgotten', async () => {
    // It would take out what PostgreSQL does not have.
    await waybill.stop();
    await withClient(async (client) => {
      const reading = (id: number) => ({ sensor_id: 'a', value: id, timestamp: 10 - id, id });
      await writeToRedis(client, [['a', { reading: reading(4), isLatest: true }]]);
      await writeToRedis(client, [['a', { lastId: 5, isForgotten: true }]]);
      await writeToRedis(client, [['a', { reading: reading(5), isLatest: true }]]);
      expect(await held('sensor:a')).toBe(null);
      await writeToRedis(client, [['a', { reading: reading(6), isLatest: true }]]);
      await writeToRedis(client, [['a', { lastId: 5, isForgotten: true }]]);
      expect(await held('sensor:a')).toBe('6');
    });
    waybill = await startContexts(database, { REDIS_URL: redis.url }, [sensors]);
  });

  it('go with their sensor, whose later readings may be older', async () => {
    await post(['a', 1, 10], ['b', 1, 10]);
    await becomes('sensor:a', '1');
    await sendTombstone(database, 'sensor-data', 'a');
    await becomes('sensor:a', null);
    expect(await held('sensor-at:a')).toBe(null);
    await post(['a', 5, 3]);
    await becomes('sensor:a', '5');
    expect(await held('sensor:b')).toBe('1');
  });
});
