import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { startPgBouncer } from '../../../test/support/pgbouncer.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Environment } from '../../platform/config/environment.js';
import { Database } from '../../platform/database/database.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { ReadingRepository } from '../repository/reading.repository.js';
import { sensors } from '../sensors.module.js';
import { HeardCommits } from './heard-commits.js';
import { LATEST_CHANNEL } from './latest-news.js';
import { LatestNewsListener } from './latest-news-listener.js';
import { LatestReadings } from './latest-readings.js';

let house: WaybillDatabase;
let lifecycle: Lifecycle;
let logged: string[];
const log = pino({ level: 'warn' }, { write: (line) => logged.push(line) });

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [sensors] });
});
beforeEach(() => {
  logged = [];
  lifecycle = new Lifecycle(log);
});
afterEach(() => lifecycle.close());
afterAll(() => house.drop());

it('what others say on the channel ends nothing, and has the latest looked up anew', async () => {
  const latest = new LatestReadings(new ReadingRepository(house.database));
  const heard = new HeardCommits();
  let resumed = 0;
  heard.resumed.subscribe(() => resumed++);
  new LatestNewsListener(house.database, latest, heard, new Environment(), lifecycle, log);
  await lifecycle.start();
  await eventually(() => expect(resumed).toBeGreaterThan(0));
  await house.rows(`INSERT INTO sensors.sensor_data (sensor_id, value, ts) VALUES ('a', 1, 1)`);
  expect(await latest.read('a')).toMatchObject({ value: 1 });
  await house.rows(`UPDATE sensors.sensor_data SET value = 2`);
  for (const [index, payload] of ['', 'no JSON', '{}', '[1]'].entries()) {
    // It resumes by itself, too, where PostgreSQL has stood still for a moment.
    const before = resumed;
    await house.rows(`SELECT pg_notify('${LATEST_CHANNEL}', $1)`, [payload]);
    await eventually(() => {
      expect(resumed).toBeGreaterThan(before);
      expect(logged.filter((line) => line.includes('is not one of ours'))).toHaveLength(1 + index);
    });
  }
  expect(logged).toHaveLength(4);
  expect(await latest.read('a')).toMatchObject({ value: 2 });
});

it('behind a pooler that shares sessions nothing is held, and each look-up has what is stored', async () => {
  const pooler = await startPgBouncer(house.connection, ['pool_mode = transaction']);
  const through = new Database({ ...house.options, poolSize: 1 });
  try {
    await through.open(pooler.connection);
    const latest = new LatestReadings(new ReadingRepository(house.database));
    const heard = new HeardCommits();
    new LatestNewsListener(through, latest, heard, new Environment(), lifecycle, log);
    await lifecycle.start();
    await eventually(() => expect(logged.join()).toContain('notifications do not come through'));
    await house.rows(`INSERT INTO sensors.sensor_data (sensor_id, value, ts) VALUES ('b', 1, 1)`);
    for (let value = 1; value < 10; value++) {
      await house.rows(`UPDATE sensors.sensor_data SET value = $1 WHERE sensor_id = 'b'`, [value]);
      expect(await latest.read('b')).toMatchObject({ value });
      expect(latest.peek('b')).toBeUndefined();
    }
    expect(logged).toHaveLength(1);
  } finally {
    await lifecycle.close();
    await through.close();
    await pooler.stop();
  }
});
