import { pino } from 'pino';
import { register } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { startPgBouncer } from '../../../test/support/pgbouncer.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Caches } from '../../platform/cache/caches.js';
import { SharedRedis } from '../../platform/cache/shared-redis.js';
import { Environment } from '../../platform/config/environment.js';
import { Database } from '../../platform/database/database.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { Logger } from '../../platform/logging/logger.js';
import { promos } from '../promos.module.js';
import { PromosSettings } from '../promos.settings.js';
import { UserRepository } from '../repository/user.repository.js';
import { USER_CACHE } from './user-cache.declaration.js';
import { UserCache } from './user-cache.js';
import { UserChangesListener } from './user-changes-listener.js';

let house: WaybillDatabase;
let cache: UserCache;
let lifecycle: Lifecycle;
let log: Logger;
let logged: string[];
/** What has to be undone after a test, the last first. */
let undo: (() => Promise<unknown>)[];

beforeEach(async () => {
  house = await openWaybillDatabase({ contexts: [promos] });
  undo = [() => house.drop()];
  logged = [];
  log = pino({ level: 'warn' }, { write: (line) => logged.push(line) });
  lifecycle = new Lifecycle(log);
  register.clear();
  const options = { maxBytes: 1_000_000, ttlMs: 60_000, absentTtlMs: 60_000 };
  const caches = new Caches([USER_CACHE], options, lifecycle, log);
  const users = new UserRepository(house.database, log);
  // Changes are to be seen here, and not how fast a busy machine is.
  const settings = Object.assign(new PromosSettings(), { PROMOS_REQUEST_TIMEOUT_MS: 10_000 });
  cache = new UserCache(users, caches, new SharedRedis(undefined), settings);
});
afterEach(async () => {
  for (const step of undo.reverse()) await step();
});

/** What listens for changes does so through PgBouncer. */
async function listenThroughPgBouncer(mode: 'session' | 'transaction'): Promise<void> {
  const pooler = await startPgBouncer(house.connection, [`pool_mode = ${mode}`]);
  undo.push(() => pooler.stop());
  const through = new Database({ ...house.options, poolSize: 1 });
  undo.push(() => through.close());
  await through.open(pooler.connection);
  new UserChangesListener(through, cache, new Environment(), lifecycle, log);
  undo.push(() => lifecycle.close());
  await lifecycle.start();
}

const put = (deeplink: string): Promise<unknown> =>
  house.rows(
    `INSERT INTO promos.users (user_id, deeplink) VALUES ('u', $1)
     ON CONFLICT (user_id) DO UPDATE SET deeplink = excluded.deeplink`,
    [deeplink],
  );

async function expectRead(deeplink: string, isHit: boolean): Promise<void> {
  const found = await cache.read('u');
  expect(found.user?.members).toContain(`"${deeplink}"`);
  expect(found.isHit).toBe(isHit);
}

describe('users whose changes are listened for', () => {
  it('are held behind a pooler that keeps sessions, until they change', async () => {
    await listenThroughPgBouncer('session');
    await put('old');
    await eventually(() => expectRead('old', true));
    await put('new');
    await eventually(() => expectRead('new', true));
  });

  it('are read from PostgreSQL each time behind one that shares sessions', async () => {
    await listenThroughPgBouncer('transaction');
    await eventually(() => expect(logged.join()).toContain('notifications do not come through'));
    for (let n = 0; n < 10; n++) {
      await put(`new ${n}`);
      await expectRead(`new ${n}`, false);
      await expectRead(`new ${n}`, false);
    }
    expect(logged).toHaveLength(1);
  });
});
