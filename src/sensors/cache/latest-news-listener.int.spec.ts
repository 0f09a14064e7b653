import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Environment } from '../../platform/config/environment.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { ReadingRepository } from '../repository/reading.repository.js';
import { sensors } from '../sensors.module.js';
import { HeardCommits } from './heard-commits.js';
import { LATEST_CHANNEL } from './latest-news.js';
import { LatestNewsListener } from './latest-news-listener.js';
import { LatestReadings } from './latest-readings.js';

let house: WaybillDatabase;
const log = pino({ level: 'silent' });
const lifecycle = new Lifecycle(log);

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [sensors] });
});
afterAll(async () => {
  await lifecycle.close();
  await house.drop();
});

it('what others say on the channel ends nothing, and has the latest looked up anew', async () => {
  const latest = new LatestReadings(new ReadingRepository(house.database));
  const heard = new HeardCommits();
  let resumed = 0;
  heard.resumed.subscribe(() => resumed++);
  new LatestNewsListener(house.database, latest, heard, new Environment(), lifecycle, log);
  await lifecycle.start();
  await eventually(() => expect(resumed).toBe(1));
  await house.rows(`INSERT INTO sensors.sensor_data (sensor_id, value, ts) VALUES ('a', 1, 1)`);
  expect(await latest.read('a')).toMatchObject({ value: 1 });
  await house.rows(`UPDATE sensors.sensor_data SET value = 2`);
  for (const [index, payload] of ['', 'no JSON', '{}', '[1]'].entries()) {
    await house.rows(`SELECT pg_notify('${LATEST_CHANNEL}', $1)`, [payload]);
    await eventually(() => expect(resumed).toBe(2 + index));
  }
  expect(await latest.read('a')).toMatchObject({ value: 2 });
});
