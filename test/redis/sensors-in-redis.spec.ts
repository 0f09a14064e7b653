import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sensors } from '../../src/sensors/sensors.module.js';
import type { Waybill } from '../../src/waybill.js';
import { startContexts } from '../contexts/start-contexts.js';
import { ask } from '../e2e/api.js';
import { findCommand } from '../support/debian-packages.js';
import { eventually } from '../support/eventually.js';
import { plainClient, RedisServerFixture } from '../support/redis-server.js';
import { useTier } from '../support/tiers.js';
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
  async function held(key: string): Promise<string | null> {
    const client = plainClient(redis.url);
    await client.connect();
    try {
      return await client.get(key);
    } finally {
      client.destroy();
    }
  }
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

  it('go with their sensor, whose later readings may be older', async () => {
    await post(['a', 1, 10], ['b', 1, 10]);
    await becomes('sensor:a', '1');
    await database.rows(
      `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload, exact)
       VALUES ('test', 'a', 'test', 'sensor-data', '{}', '', $1)`,
      [JSON.stringify({ key: Buffer.from('a').toString('base64'), headers: {}, is_tombstone: true })],
    );
    await becomes('sensor:a', null);
    expect(await held('sensor-at:a')).toBe(null);
    await post(['a', 5, 3]);
    await becomes('sensor:a', '5');
    expect(await held('sensor:b')).toBe('1');
  });
});
