import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Waybill } from '../../src/waybill.js';
import { startContexts } from '../contexts/start-contexts.js';
import { shelves } from '../contexts/shelves/shelves.module.js';
import { ask, expectProblem, metric } from '../e2e/api.js';
import { findCommand } from '../support/debian-packages.js';
import { eventually } from '../support/eventually.js';
import { plainClient, RedisServerFixture } from '../support/redis-server.js';
import { useTier } from '../support/tiers.js';
import { sendMessage } from '../support/outbox-messages.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';

const tier = useTier('redis');
const command = await findCommand('redis-server');
const WAIT = { timeoutMs: 20_000 };
/** A failure that nobody foresaw is a dead letter after as many tries. */
const CONSUMER_MAX_ATTEMPTS = 2;

describe.skipIf(tier.skipped ?? command === undefined)('a context that leans on Redis', () => {
  let redis: RedisServerFixture;
  let database: WaybillDatabase;
  let waybill: Waybill;
  let url: string;

  beforeEach(async () => {
    redis = await RedisServerFixture.reserve(command ?? '');
    await redis.start();
    database = await openWaybillDatabase();
    waybill = await startContexts(database, { REDIS_URL: redis.url, CONSUMER_MAX_ATTEMPTS }, [shelves]);
    url = waybill.url;
  });
  afterEach(async () => {
    await waybill.stop();
    await database.drop();
    await redis.kill();
  });

  const shelve = (order: string, shelf: string): Promise<unknown> =>
    sendMessage(database, { topic: 'shelvings', key: order, value: shelf });
  const shelfOf = (order: string) => ask(`${url}/api/shelves/${order}`);
  const liesOn = (order: string, shelf: string): Promise<void> =>
    eventually(async () => {
      const { status, text } = await shelfOf(order);
      expect(status).toBe(200);
      expect(JSON.parse(text)).toEqual({ shelf });
    }, WAIT);
  const retries = (kind: string): Promise<number> =>
    metric(url, 'waybill_consumer_retries_total', 'context="shelves"', `kind="${kind}"`);
  const wasTriedOftenEnough = (): Promise<void> =>
    eventually(async () => {
      const all = (await retries('transient')) + (await retries('bug'));
      expect(all).toBeGreaterThan(CONSUMER_MAX_ATTEMPTS);
    }, WAIT);
  const letters = () => database.rows('SELECT context, reason FROM dead_letters');

  it('waits for it: no event becomes a dead letter, and callers are told to come again', async () => {
    await shelve('before', 'A1');
    await liesOn('before', 'A1');
    await redis.kill();
    await shelve('meanwhile', 'B2');
    await wasTriedOftenEnough();
    expect(await letters()).toEqual([]);
    expect(await retries('bug')).toBe(0);
    const refused = await shelfOf('before');
    expectProblem(refused, 503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await ask(`${url}/health/ready`)).status).toBe(200);
    await redis.start();
    await liesOn('meanwhile', 'B2');
    expect(await letters()).toEqual([]);
  });

  it('has its failures judged by what it alone knows of them', async () => {
    const meddler = plainClient(redis.url);
    await meddler.connect();
    await meddler.set('locked:C3', 'yes');
    await shelve('late', 'C3');
    await wasTriedOftenEnough();
    expect(await letters()).toEqual([]);
    await meddler.del('locked:C3');
    meddler.destroy();
    await liesOn('late', 'C3');
  });
});
