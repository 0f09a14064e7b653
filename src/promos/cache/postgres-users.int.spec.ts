import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { quickestMs } from '../../../test/support/quickest.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Database } from '../../platform/database/database.js';
import { promos } from '../promos.module.js';
import { UserTooLargeError } from '../repository/user-too-large.error.js';
import { UserRepository } from '../repository/user.repository.js';
import { PostgresUsers } from './postgres-users.js';

const BUDGET_MS = 300;
/** A query's own limit, and time for a slow machine; far from the 30 s that other answers may take. */
const SILENCE_ENDS_MS = 5_000;
/** No query is to end by itself meanwhile. */
const LONG_MS = 20_000;

let house: WaybillDatabase;
let proxy: TcpProxy;
let database: Database;
let users: PostgresUsers;

beforeEach(async () => {
  house = await openWaybillDatabase({ contexts: [promos] });
  await house.rows(`INSERT INTO promos.users VALUES ('a', 'link a', 'text a'), ('b', 'link b', '')`);
  proxy = await TcpProxy.open(house.connection.port);
  database = new Database({ ...house.options, poolSize: 2 });
  await database.open({ ...house.connection, host: '127.0.0.1', port: proxy.port });
  users = new PostgresUsers(new UserRepository(database, pino({ level: 'silent' })));
});
afterEach(async () => {
  await database.close();
  await proxy.close();
  await house.drop();
});

const find = (userId: string, limitMs = LONG_MS) => users.find(userId, AbortSignal.timeout(limitMs));

const isFound = (userId: string): Promise<boolean> =>
  find(userId, BUDGET_MS).then(
    () => true,
    () => false,
  );

/** Both queries at the same time, so that both connections are there. */
async function warmUp(): Promise<void> {
  const first = find('a');
  await new Promise(setImmediate);
  await Promise.all([first, find('b')]);
}

it('users are found, and of others it is told that they are not there', async () => {
  expect(await Promise.all([find('a'), find('nobody'), find('b')])).toEqual([
    { user: { user_id: 'a', deeplink: 'link a', promo_message: 'text a' }, isCurrent: true },
    { user: undefined, isCurrent: true },
    { user: { user_id: 'b', deeplink: 'link b', promo_message: '' }, isCurrent: true },
  ]);
});

it('one with texts that are too large fails alone', async () => {
  await house.rows(`INSERT INTO promos.users VALUES ('large', repeat('x', 17000000), '')`);
  const [a, large, b] = await Promise.allSettled([find('a'), find('large'), find('b')]);
  expect([a.status, b.status]).toEqual(['fulfilled', 'fulfilled']);
  expect(large).toMatchObject({ reason: expect.any(UserTooLargeError) as unknown });
});

describe('a server that is replaced without a word', () => {
  it('costs look-ups about two seconds: then the silent connections are given up', async () => {
    await warmUp();
    proxy.muteThoseThereAre();
    const mutedAtMs = performance.now();
    const first = isFound('a');
    await new Promise(setImmediate);
    expect(await Promise.all([first, isFound('b')])).toEqual([false, false]);
    while (!(await isFound('a')))
      expect(performance.now() - mutedAtMs, 'milliseconds of silence').toBeLessThan(SILENCE_ENDS_MS);
  });
});

it('what a standby says is not told as current', async () => {
  await house.rows(
    `CREATE FUNCTION public.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true'`,
  );
  await house.rows(`ALTER DATABASE ${house.connection.database} SET search_path = public, pg_catalog`);
  proxy.cutAll();
  await eventually(async () => {
    expect(await find('a')).toMatchObject({ user: { user_id: 'a' }, isCurrent: false });
  });
  expect(await find('nobody')).toEqual({ user: undefined, isCurrent: false });
});

describe('a connection that is lost', () => {
  const endSessions = (): Promise<unknown> =>
    house.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );

  /** Look-ups wait until it is let go of. */
  async function lockUsers(): Promise<() => Promise<void>> {
    const client = await house.database.connect();
    await client.query('BEGIN; LOCK promos.users');
    return () => client.end();
  }

  const waiting = async (): Promise<number> => {
    const [row] = await house.rows<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return row!.waiting;
  };

  it('under a query costs no look-up its answer: another one is asked', async () => {
    await warmUp();
    const unlock = await lockUsers();
    const found = Promise.all([find('a'), find('nobody')]);
    while ((await waiting()) === 0) await sleep(10);
    await endSessions();
    await unlock();
    expect((await found).map(({ user }) => user?.user_id)).toEqual(['a', undefined]);
  });

  it('in the wire, just the same', async () => {
    await warmUp();
    const unlock = await lockUsers();
    const found = find('a');
    while ((await waiting()) === 0) await sleep(10);
    proxy.cutAll();
    await unlock();
    expect((await found).user?.user_id).toBe('a');
  });

  it('with its server is told at once', async () => {
    await warmUp();
    await proxy.refuse();
    const tookMs = await quickestMs(1_000, () => expect(find('a')).rejects.toThrow());
    expect(tookMs).toBeLessThan(1_000);
  });
});
