import { createClient } from 'redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anOrder, ask, metric, store } from '../e2e/api.js';
import { findCommand } from '../support/debian-packages.js';
import { eventually } from '../support/eventually.js';
import { removeDataDir } from '../support/left-behind.js';
import { RedisServerFixture } from '../support/redis-server.js';
import { useTier } from '../support/tiers.js';
import { startWaybill, temporaryDataDir, type WaybillProcess } from '../support/waybill-process.js';

const tier = useTier('redis');
/** These kill their Redis, so they need one of their own. */
const command = await findCommand('redis-server');
const WAIT = { timeoutMs: 20_000 };
/** What PTTL says of a key without an expiry. */
const NEVER_EXPIRES = -1;

describe.skipIf(tier.skipped ?? command === undefined)('orders in Redis', () => {
  let redis: RedisServerFixture;
  let dataDir: string;
  let waybill: WaybillProcess | undefined;

  beforeEach(async () => {
    redis = await RedisServerFixture.reserve(command ?? '');
    await redis.start();
    dataDir = await temporaryDataDir();
  });
  afterEach(async () => {
    await waybill?.stop();
    await redis.kill();
    await removeDataDir(dataDir);
  });

  /** With a memory that is cold, so that what is not in Redis has to come from PostgreSQL. */
  async function start(env: Record<string, string> = { REDIS_URL: redis.url }): Promise<string> {
    waybill = await startWaybill({ dataDir, env: { CACHE_WARM_ORDERS: '0', ...env } });
    const { url } = waybill;
    await eventually(async () => expect(await redisIsUp(url)).toBe(true), WAIT);
    return url;
  }

  async function redisIsUp(url: string): Promise<boolean> {
    const { text } = await ask(`${url}/health`);
    return (JSON.parse(text) as { parts: { redis: { up: boolean } } }).parts.redis.up;
  }

  it('outlast the program that stored them, and are answered to the letter', async () => {
    const order = anOrder();
    let url = await start();
    const etag = await store(url, order);
    const first = await ask(`${url}/api/orders/${order.order_uid}`);
    await waybill!.stop();
    const client = createClient({ url: redis.url });
    await client.connect();
    expect(await client.exists(`waybill:order:${order.order_uid}`)).toBe(1);
    await client.close();

    // A look-up for which Redis is too slow for once is answered by PostgreSQL.
    await eventually(async () => {
      await waybill!.stop();
      url = await start();
      const again = await ask(`${url}/api/orders/${order.order_uid}`);
      expect(again.text).toBe(first.text);
      expect(again.headers.get('etag')).toBe(etag);
      expect(again.headers.get('x-received-at')).toBe(first.headers.get('x-received-at'));
      expect(await metric(url, 'waybill_cache_requests_total', 'tier="redis"', 'result="hit"')).toBe(1);
    }, WAIT);
  });

  it('are read again from PostgreSQL where the version before put them, without what it did not know', async () => {
    const order = anOrder();
    let url = await start();
    await store(url, order);
    const first = await ask(`${url}/api/orders/${order.order_uid}`);
    await waybill!.stop();
    const client = createClient({ url: redis.url });
    await client.connect();
    const key = `waybill:order:${order.order_uid}`;
    expect((await client.keys(`${key}*`)).sort()).toEqual([key, `${key}:constant`]);
    await client.del(`${key}:constant`);
    await client.close();

    url = await start();
    const again = await ask(`${url}/api/orders/${order.order_uid}`);
    expect(again.headers.get('x-cache')).toBe('MISS');
    expect(again.headers.get('x-received-at')).toBe(first.headers.get('x-received-at'));
    expect(again.text).toBe(first.text);
  });

  it('stay for good with a TTL of 0, also in a Redis that is named by its address', async () => {
    const url = await start({ REDIS_ADDR: new URL(redis.url).host, CACHE_TTL_SECONDS: '0' });
    const order = anOrder();
    await store(url, order);
    const client = createClient({ url: redis.url });
    await client.connect();
    const key = `waybill:order:${order.order_uid}`;
    await eventually(async () => {
      expect(await client.pTTL(key)).toBe(NEVER_EXPIRES);
      expect(await client.pTTL(`${key}:constant`)).toBe(NEVER_EXPIRES);
    }, WAIT);
    await client.close();
    expect((await ask(`${url}/api/orders/${order.order_uid}`)).status).toBe(200);
  });

  it('cost speed only when Redis goes: the program stays ready, and stores and answers', async () => {
    const url = await start();
    const before = anOrder();
    await store(url, before);
    await redis.kill();
    await eventually(async () => expect(await redisIsUp(url)).toBe(false), WAIT);
    expect((await ask(`${url}/health/ready`)).status).toBe(200);
    const after = anOrder();
    await store(url, after);
    for (const { order_uid } of [before, after]) {
      expect((await ask(`${url}/api/orders/${order_uid}`)).status).toBe(200);
    }
  });
});
