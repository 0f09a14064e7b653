import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findCommand } from '../../../test/support/debian-packages.js';
import { plainClient, redisAt, RedisServerFixture } from '../../../test/support/redis-server.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { useTier } from '../../../test/support/tiers.js';
import { entryOf } from './cache-tier.conformance.js';
import { redisConnection } from './redis-client.js';
import { BUDGET_MS, down, OpenedTiers, RETRY_MS, up } from './redis-tier.fixture.js';

/** Nobody who has it runs out of it here. */
const PATIENT_MS = 5_000;
/** Longer than the test takes: a cache that is skipped stays so. */
const NEVER_MS = 600_000;

const redis = useTier('redis');
const command = await findCommand('redis-server');

describe.skipIf(redis.skipped ?? command === undefined)('two caches over one connection to Redis', () => {
  let own: RedisServerFixture;
  let proxy: TcpProxy;
  let meddler: ReturnType<typeof plainClient>;
  let url: string;
  const tiers = new OpenedTiers(() => own.url);
  const { makeUp } = tiers;

  beforeEach(async () => {
    own = await RedisServerFixture.reserve(command ?? '');
    await own.start();
    proxy = await TcpProxy.open(Number(new URL(own.url).port));
    url = `redis://127.0.0.1:${proxy.port}`;
    meddler = plainClient(own.url);
    await meddler.connect();
  });
  afterEach(async () => {
    own.thaw();
    await tiers.closeAll();
    meddler.destroy();
    await proxy.close();
    await own.kill();
  });

  /** All but the one that looks. */
  const clients = async (): Promise<number> => (await meddler.clientList()).length - 1;

  /** What every attempt to use Redis again begins with. */
  const pings = async (): Promise<number> =>
    Number(/^cmdstat_ping:calls=(\d+)/m.exec(await meddler.info('commandstats'))?.[1]);

  it('are one client', async () => {
    const connection = redisConnection(redisAt(url), { budgetMs: PATIENT_MS, retryEveryMs: RETRY_MS });
    const [a, b] = [await makeUp({ connection }), await makeUp({ connection })];
    await a.put('k', entryOf(1));
    await b.put('k', entryOf(2));
    expect(await clients()).toBe(1);
  });

  it('one whose operations time out is skipped, and the other is served over the same connection', async () => {
    const connection = redisConnection(redisAt(url), { budgetMs: PATIENT_MS, retryEveryMs: NEVER_MS });
    const hasty = await makeUp({ connection, budgetMs: BUDGET_MS, failuresToOpen: 3 });
    const patient = await makeUp({ connection, budgetMs: PATIENT_MS, failuresToOpen: 1 });
    await patient.put('k', entryOf(1));
    proxy.delayAnswers(BUDGET_MS * 4);
    for (let n = 0; n < 3; n++) expect(await hasty.get('k')).toBeUndefined();
    expect([hasty.state(), patient.state()]).toEqual(['down', 'up']);
    await hasty.get('k');
    expect(hasty.stats()).toMatchObject({ failures: 3, skipped: 1 });
    expect(await patient.get('k')).toEqual(entryOf(1));
    expect(patient.stats()).toMatchObject({ failures: 0, skipped: 0 });
    expect(connection.connections).toBe(1);
  });

  it('one that may not write is tried again and again, and costs the other neither its state nor its connection', async () => {
    const connection = redisConnection(redisAt(url), { budgetMs: PATIENT_MS, retryEveryMs: RETRY_MS });
    const [allowed, refused] = [
      await makeUp({ connection, budgetMs: PATIENT_MS, keyPrefix: 'allowed:' }),
      await makeUp({ connection, budgetMs: PATIENT_MS, keyPrefix: 'refused:' }),
    ];
    await allowed.put('k', entryOf(1));
    await meddler.sendCommand(['ACL', 'SETUSER', 'default', 'resetkeys', '~allowed:*']);
    await refused.put('k', entryOf(1));
    await down(refused);
    expect(refused.detail()).toContain('(NOPERM');
    // Some attempts on it.
    const before = await pings();
    await vi.waitFor(async () => expect(await pings()).toBeGreaterThan(before + 5), { timeout: 10_000 });
    expect(await allowed.get('k')).toEqual(entryOf(1));
    expect([allowed.state(), refused.state()]).toEqual(['up', 'down']);
    expect(connection.connections).toBe(1);
    await meddler.sendCommand(['ACL', 'SETUSER', 'default', '~*']);
    await up(refused);
  });

  it('keep a connection on which one of them is answered, late as it may be for the other', async () => {
    const retryEveryMs = RETRY_MS * 2;
    const connection = redisConnection(redisAt(url), { budgetMs: BUDGET_MS, retryEveryMs });
    const hasty = await makeUp({ connection, budgetMs: BUDGET_MS, failuresToOpen: 1 });
    const patient = await makeUp({ connection, budgetMs: PATIENT_MS });
    await patient.put('k', entryOf(1));
    proxy.delayAnswers(BUDGET_MS * 2);
    await hasty.get('k');
    await down(hasty);
    const before = await pings();
    while ((await pings()) < before + 6) expect(await patient.get('k')).toEqual(entryOf(1));
    expect([hasty.state(), patient.state()]).toEqual(['down', 'up']);
    expect(connection.connections).toBe(1);
  });

  it('get a new connection together when the one that they have is silent', async () => {
    const connection = redisConnection(redisAt(own.url), { budgetMs: BUDGET_MS, retryEveryMs: RETRY_MS });
    const [asking, silent] = [
      await makeUp({ connection, failuresToOpen: 1 }),
      await makeUp({ connection, failuresToOpen: 1 }),
    ];
    await silent.put('k', entryOf(1));
    own.freeze();
    await asking.get('k');
    await down(asking);
    // It has asked nothing itself.
    await down(silent);
    own.thaw();
    await up(asking);
    await up(silent);
    await vi.waitFor(async () => expect(await silent.get('k')).toEqual(entryOf(1)), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await clients()).toBe(1), { timeout: 10_000 });
  });

  it('share one attempt: a connection is given up no sooner the more caches there are', async () => {
    const connection = redisConnection(redisAt(url), { budgetMs: PATIENT_MS, retryEveryMs: RETRY_MS });
    const many = await Promise.all(Array.from({ length: 5 }, () => makeUp({ connection })));
    await own.kill();
    for (const tier of many) await down(tier);
    await own.start();
    for (const tier of many) await up(tier);
    expect(await pings()).toBe(1);
  });

  it('one that is closed leaves the other served', async () => {
    const connection = redisConnection(redisAt(url), { budgetMs: PATIENT_MS, retryEveryMs: RETRY_MS });
    const [closed, open] = [await makeUp({ connection }), await makeUp({ connection, budgetMs: PATIENT_MS })];
    await closed.close();
    await open.put('k', entryOf(1));
    expect(await open.get('k')).toEqual(entryOf(1));
    expect(closed.state()).toBe('down');
  });
});
