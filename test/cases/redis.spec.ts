import { afterEach, beforeEach, describe, expect } from 'vitest';
import { anOrder, ask, store } from '../e2e/api.js';
import { findCommand } from '../support/debian-packages.js';
import { eventually } from '../support/eventually.js';
import { plainClient, RedisServerFixture } from '../support/redis-server.js';
import type { JsonObject } from '../support/sample-order.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { useTier } from '../support/tiers.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { publicCase } from './public-case.js';

const tier = useTier('redis');
/** These meddle with their Redis, so they need one of their own. */
const command = await findCommand('redis-server');
const CASE_TIMEOUT_MS = 150_000;

describe.skipIf(tier.skipped ?? command === undefined)('Redis', () => {
  let redis: RedisServerFixture;
  let meddler: ReturnType<typeof plainClient>;
  let database: TestDatabase;
  const programs: WaybillProcess[] = [];

  beforeEach(async () => {
    redis = await RedisServerFixture.reserve(command ?? '');
    await redis.start();
    meddler = plainClient(redis.url);
    await meddler.connect();
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const program of programs.splice(0)) await program.kill();
    meddler.destroy();
    await redis.kill();
    await database.drop();
  });

  /** With a cold memory: what another process has stored comes from Redis, or from PostgreSQL. */
  async function start(env: Record<string, string> = {}): Promise<WaybillProcess> {
    const { host, port, user, password, database: name } = database.connection;
    const program = await startWaybill({
      env: {
        ...{ DB_HOST: host, DB_PORT: String(port), DB_USER: user, DB_PASSWORD: password, DB_NAME: name },
        ...{ REDIS_URL: redis.url, CACHE_WARM_ORDERS: '0', ...env },
      },
    });
    programs.push(program);
    return program;
  }

  async function redisPart({ url }: WaybillProcess): Promise<{ up: boolean; detail?: string }> {
    const { text } = await ask(`${url}/health`);
    return (JSON.parse(text) as { parts: { redis: { up: boolean; detail?: string } } }).parts.redis;
  }
  const whenUp = (program: WaybillProcess): Promise<void> =>
    eventually(async () => expect((await redisPart(program)).up).toBe(true));

  async function expectOrder({ url }: WaybillProcess, order: JsonObject): Promise<void> {
    const answer = await ask(`${url}/api/orders/${order['order_uid'] as string}`);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual(order);
  }

  publicCase(
    'P55',
    async () => {
      const first = await start();
      await whenUp(first);
      const order = anOrder();
      await store(first.url, order);
      await expectOrder(first, order);
      const key = `waybill:order:${order.order_uid}`;
      await eventually(async () => expect(await meddler.exists(key)).toBe(1));

      await meddler.configSet({ maxmemory: '100kb', 'maxmemory-policy': 'noeviction' });
      const updated = { ...order, track_number: 'UPDATED' };
      await store(first.url, updated);
      const second = await start();
      await expectOrder(second, updated);
      await eventually(async () => expect((await redisPart(second)).detail).toMatch(/^OOM/));
      await eventually(async () => expect((await redisPart(first)).detail).toMatch(/^OOM/));

      await meddler.configSet('maxmemory', '0');
      await whenUp(first);
      await whenUp(second);
      await expectOrder(await start(), updated);
    },
    CASE_TIMEOUT_MS,
  );

  publicCase(
    'P56',
    async () => {
      await meddler.configSet('requirepass', 'secret');
      for (const [url, word] of [
        [redis.url, 'NOAUTH'],
        [redis.url.replace('redis://', 'redis://:hunter2@'), 'WRONGPASS'],
      ] as const) {
        const program = await start({ REDIS_URL: url });
        await eventually(async () => expect((await redisPart(program)).detail).toContain(word));
        const order = anOrder();
        await store(program.url, order);
        await expectOrder(program, order);
        await eventually(async () => expect((await ask(`${program.url}/health/ready`)).status).toBe(200));
        // Tried again and again, and told once.
        const attempts = async (): Promise<number> =>
          Number(/^total_connections_received:(\d+)/m.exec(await meddler.info('stats'))?.[1]);
        const before = await attempts();
        await eventually(async () => expect(await attempts()).toBeGreaterThan(before + 2), {
          timeoutMs: 20_000,
        });
        const lines = program.output().split('\n');
        expect(lines.filter((line) => line.includes(word))).toHaveLength(1);
        expect(program.output()).not.toContain('hunter2');
      }
      await meddler.configSet('requirepass', 'hunter2');
      await whenUp(programs[1]!);
    },
    CASE_TIMEOUT_MS,
  );

  publicCase(
    'P57',
    async () => {
      const order = anOrder();
      const key = `waybill:order:${order.order_uid}`;
      const meddlings: (() => Promise<unknown>)[] = [
        async () => {
          await meddler.del(key);
          await meddler.lPush(key, 'not an order');
        },
        () => meddler.set(key, 'garbage'),
        () => meddler.set(key, Buffer.from('WC\x01\x00 but no more than this', 'latin1')),
        () => meddler.flushAll(),
      ];
      const writer = await start();
      await whenUp(writer);
      await store(writer.url, order);
      await eventually(async () => expect(await meddler.exists(key)).toBe(1));
      for (const meddle of meddlings) {
        await meddle();
        const reader = await start();
        await whenUp(reader);
        await expectOrder(reader, order);
        expect(await reader.stop()).toBe(0);
      }
    },
    CASE_TIMEOUT_MS,
  );
});
