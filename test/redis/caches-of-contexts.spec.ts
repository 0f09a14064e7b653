import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Waybill } from '../../src/waybill.js';
import { startContexts } from '../contexts/start-contexts.js';
import { anOrder, ask, metric } from '../e2e/api.js';
import { findCommand } from '../support/debian-packages.js';
import { eventually } from '../support/eventually.js';
import { plainClient, RedisServerFixture } from '../support/redis-server.js';
import { useTier } from '../support/tiers.js';
import { sendMessage } from '../support/outbox-messages.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';

const server = useTier('redis');
/** These meddle with their Redis, so they need one of their own. */
const command = await findCommand('redis-server');
const WAIT = { timeoutMs: 20_000 };
const MIB = 1_048_576;

describe.skipIf(server.skipped ?? command === undefined)('the caches of two contexts in one process', () => {
  let redis: RedisServerFixture;
  let meddler: ReturnType<typeof plainClient>;
  let database: WaybillDatabase;
  let waybill: Waybill | undefined;

  beforeEach(async () => {
    redis = await RedisServerFixture.reserve(command ?? '');
    await redis.start();
    meddler = plainClient(redis.url);
    await meddler.connect();
    database = await openWaybillDatabase();
  });
  afterEach(async () => {
    await waybill?.stop();
    meddler.destroy();
    await redis.kill();
    await database.drop();
  });

  async function start(settings = {}): Promise<string> {
    const contexts = { CONTEXTS: ['orders', 'weights'], CACHE_WARM_ORDERS: 0, REDIS_URL: redis.url };
    waybill = await startContexts(database, { ...contexts, ...settings });
    const { url } = waybill;
    await eventually(async () => expect((await redisPart(url)).up).toBe(true), WAIT);
    return url;
  }

  async function redisPart(url: string): Promise<{ up: boolean; detail?: string }> {
    const { text } = await ask(`${url}/health`);
    return (JSON.parse(text) as { parts: { redis: { up: boolean; detail?: string } } }).parts.redis;
  }

  /** Sends an order to both. @returns its id, once both answer with it */
  async function take(url: string): Promise<string> {
    const order = anOrder();
    await sendMessage(database, { topic: 'orders', key: order.order_uid, value: JSON.stringify(order) });
    await eventually(async () => {
      for (const route of ['orders', 'weights']) {
        expect((await ask(`${url}/api/${route}/${order.order_uid}`)).status).toBe(200);
      }
    }, WAIT);
    return order.order_uid;
  }

  const hitsOf = (url: string, cache: string, tier = 'redis'): Promise<number> =>
    metric(url, 'waybill_cache_requests_total', `cache="${cache}"`, `tier="${tier}"`, 'result="hit"');

  it('are one client of Redis, with keys and counts of their own', async () => {
    let url = await start();
    const uid = await take(url);
    const keys = [`waybill:order:${uid}`, `waybill:order:${uid}:constant`, `waybill:weights:${uid}`];
    await eventually(async () => expect((await meddler.keys(`*${uid}*`)).sort()).toEqual(keys), WAIT);
    expect(await meddler.clientList()).toHaveLength(2);
    for (const cache of ['orders', 'weights']) {
      expect(await metric(url, 'waybill_cache_entries', `cache="${cache}"`)).toBe(1);
      expect(await hitsOf(url, cache)).toBe(0);
    }
    await waybill!.stop();

    url = await start();
    const weight = await ask(`${url}/api/weights/${uid}`);
    expect(JSON.parse(weight.text)).toMatchObject({ order_uid: uid });
    expect([await hitsOf(url, 'weights'), await hitsOf(url, 'orders')]).toEqual([1, 0]);
    expect((await ask(`${url}/api/orders/${uid}`)).status).toBe(200);
    expect([await hitsOf(url, 'weights'), await hitsOf(url, 'orders')]).toEqual([1, 1]);
  });

  it('one that Redis refuses is skipped, and named; the other is served from there', async () => {
    let url = await start();
    const uid = await take(url);
    await eventually(async () => expect(await meddler.exists(`waybill:order:${uid}`)).toBe(1), WAIT);
    await waybill!.stop();

    url = await start();
    await meddler.sendCommand(['ACL', 'SETUSER', 'default', 'resetkeys', '~waybill:order:*']);
    await eventually(async () => {
      const part = await redisPart(url);
      expect(part.up).toBe(false);
      expect(part.detail).toMatch(/^weights: Redis at \S+ does not allow .* \(NOPERM /);
    }, WAIT);
    for (const route of ['orders', 'weights']) {
      expect((await ask(`${url}/api/${route}/${uid}`)).status).toBe(200);
    }
    expect([await hitsOf(url, 'orders'), await hitsOf(url, 'weights')]).toEqual([1, 0]);
    expect(await hitsOf(url, 'weights', 'store')).toBe(1);
    await eventually(async () => expect((await ask(`${url}/health/ready`)).status).toBe(200), WAIT);
    expect(await meddler.clientList()).toHaveLength(2);
    await meddler.sendCommand(['ACL', 'SETUSER', 'default', '~*']);
    await eventually(async () => expect((await redisPart(url)).up).toBe(true), WAIT);
  });

  it('share CACHE_MAX_BYTES by their weights', async () => {
    const url = await start({ CACHE_MAX_BYTES: MIB });
    const order = anOrder();
    await database.rows(
      `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
       SELECT 'test', 'many-' || n, 'test', 'orders', '{}',
              convert_to(replace($1, $2, 'many-' || n), 'UTF8')
       FROM generate_series(1, 2000) n`,
      [JSON.stringify(order), order.order_uid],
    );
    const bytesOf = (cache: string): Promise<number> =>
      metric(url, 'waybill_cache_bytes', `cache="${cache}"`);
    await eventually(async () => {
      const counts = await database.rows<{ count: number }>(
        `SELECT count(*)::int AS count FROM weights.items
         UNION ALL SELECT count(*)::int FROM orders WHERE order_uid LIKE 'many-%'`,
      );
      expect(counts.map(({ count }) => count)).toEqual([2_000, 2_000]);
      expect(await metric(url, 'waybill_outbox_pending')).toBe(0);
    }, WAIT);
    expect(await bytesOf('weights')).toBeGreaterThan(MIB / 3 - 4_096);
    expect(await bytesOf('weights')).toBeLessThanOrEqual(MIB / 3);
    expect(await bytesOf('orders')).toBeGreaterThan((MIB / 3) * 2 - 8_192);
    expect(await bytesOf('orders')).toBeLessThanOrEqual((MIB / 3) * 2);
  });
});
