import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unregisteredRelayMetrics } from '../../../../test/support/messaging-metrics.js';
import { TcpProxy } from '../../../../test/support/tcp-proxy.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../../test/support/waybill-database.js';
import { Environment } from '../../config/environment.js';
import { Database } from '../../database/database.js';
import type { ConnectionSettings } from '../../database/connection-settings.js';
import { Health } from '../../health/health.js';
import { Topics } from '../topics.js';
import { OutboxRelay } from './outbox-relay.js';
import { RecentMessages } from './recent-messages.js';

/** Longer than the second between two looks of an idle relay, on a slow machine too. */
const TIMES = { checkEveryMs: 50, unheldForMs: 2_500 };
/** Checks that take longer than `unheldForMs` together: what has not been found by then is not found. */
const ENOUGH_CHECKS = 70;
const WAIT = { timeout: 45_000, interval: 20 };
const PUBLISHER = {
  prepare: () => Promise.resolve(),
  publish: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

let house: WaybillDatabase;
let health: Health;
/** In the order in which they are to be undone. */
let cleanUps: (() => Promise<unknown>)[];

beforeEach(async () => {
  house = await openWaybillDatabase();
  health = new Health();
  cleanUps = [];
});

afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  await house.drop();
});

async function openAs(connection: Partial<ConnectionSettings>): Promise<Database> {
  const database = new Database({ ...house.options, poolSize: 2 });
  await database.open({ ...house.connection, ...connection });
  cleanUps.push(() => database.close());
  return database;
}

function startRelay(database: Database): OutboxRelay {
  const log = pino({ level: 'silent' });
  const environment = new Environment();
  const recent = new RecentMessages(environment);
  const metrics = unregisteredRelayMetrics();
  const topics = new Topics([]);
  const relay = new OutboxRelay(database, environment, PUBLISHER, log, metrics, health, recent, topics);
  relay.start(TIMES);
  cleanUps.unshift(() => relay.stop(0));
  return relay;
}

/** Takes every connection of the pool, until the returned function is called. */
async function exhaust(database: Database): Promise<() => Promise<void>> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const holders: Promise<void>[] = [];
  for (let n = 0; n < 2; n++) {
    await new Promise<void>((taken) => {
      holders.push(
        database.transaction(async () => {
          taken();
          await released;
        }),
      );
    });
  }
  const free = async (): Promise<void> => {
    release();
    await Promise.all(holders);
  };
  cleanUps.unshift(free);
  return free;
}

const isLive = (): boolean => health.live().status === 'up';
const reason = (): string | undefined => health.live().parts['relay']?.detail;

describe('a relay that does not get its lease though no one has it', () => {
  it('makes the process not live when the pool never frees, until it does', async () => {
    const database = await openAs({});
    const free = await exhaust(database);
    startRelay(database);
    expect(isLive()).toBe(true);
    await vi.waitFor(() => expect(reason()).toMatch(/^no lease for \d+ s, though no one has it/), WAIT);
    expect((await health.ready()).parts['relay']).toMatchObject({ up: false });
    await free();
    await vi.waitFor(() => expect(isLive()).toBe(true), WAIT);
  });

  it('says what is in its way, such as a right that was taken', async () => {
    const user = `clerk_${randomUUID().replaceAll('-', '')}`;
    await house.rows(`CREATE ROLE ${user} LOGIN PASSWORD 'clerk'`);
    await house.rows(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${user}`);
    await house.rows('REVOKE EXECUTE ON FUNCTION pg_try_advisory_xact_lock(bigint) FROM public');
    const database = await openAs({ user, password: 'clerk' });
    cleanUps.push(() => house.rows(`DROP OWNED BY ${user}; DROP ROLE ${user}`));
    startRelay(database);
    await vi.waitFor(() => expect(reason()).toContain('permission denied for function'), WAIT);
    await house.rows('GRANT EXECUTE ON FUNCTION pg_try_advisory_xact_lock(bigint) TO public');
    await vi.waitFor(() => expect(isLive()).toBe(true), WAIT);
  });
});

describe('a relay that is not to blame keeps the process live', () => {
  /** Waits until PostgreSQL would have been asked often enough, and tells what the process was all the while. */
  async function verdictsOf(database: Database): Promise<Set<boolean>> {
    const connect = vi.spyOn(database, 'connect');
    const verdicts = new Set<boolean>();
    await vi.waitFor(() => {
      verdicts.add(isLive());
      expect(connect.mock.calls.length).toBeGreaterThan(ENOUGH_CHECKS);
    }, WAIT);
    return verdicts;
  }

  it('when another session has the lease, also if the relay itself cannot see it', async () => {
    const other = await house.database.connect();
    cleanUps.push(() => other.end());
    await other.query('SELECT pg_advisory_lock($1)', [0x5a11_0002]);
    const database = await openAs({});
    await exhaust(database);
    startRelay(database);
    expect(await verdictsOf(database)).toEqual(new Set([true]));
  });

  it('when the database is away', async () => {
    const proxy = await TcpProxy.open(house.connection.port);
    const database = await openAs({ host: '127.0.0.1', port: proxy.port });
    startRelay(database);
    await vi.waitFor(async () => expect((await health.ready()).parts['relay']).toEqual({ up: true }), WAIT);
    await proxy.close();
    expect(await verdictsOf(database)).toEqual(new Set([true]));
    expect((await health.ready()).parts['relay']).toMatchObject({ up: false });
  });

  it('when it is stopping', async () => {
    const database = await openAs({});
    const free = await exhaust(database);
    const relay = startRelay(database);
    await vi.waitFor(() => expect(isLive()).toBe(false), WAIT);
    const stopped = relay.stop(0);
    expect(isLive()).toBe(true);
    await free();
    await stopped;
  });
});
