import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Database } from '../../platform/database/database.js';

const INDEX = 'ix_order_announcements_promised';

let house: WaybillDatabase;
beforeAll(async () => (house = await openWaybillDatabase()));
afterAll(() => house.drop());

const isValid = (): Promise<object[]> =>
  house.rows('SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)', [INDEX]);
const undo = (): Promise<object[]> => house.rows(`DELETE FROM migrations WHERE name LIKE 'PromisesIndex%'`);
const announce = (orderUid: string): string => `
  INSERT INTO order_announcements (order_uid, owner, number, content_version, told, at, waiting)
  VALUES ('${orderUid}', 'tracking', 1, 1, '{}', now(), false)`;

/** As the next start does it. */
async function start(): Promise<void> {
  const database = new Database(house.options);
  await database.open(house.connection);
  await database.close();
}

it('the index of promises is built while announcements are written', async () => {
  await undo();
  await house.rows(`DROP INDEX ${INDEX}`);
  const writing = await house.database.connect();
  try {
    await writing.query(`BEGIN; ${announce('under-way')}`);
    const started = start();
    const waits = `
      SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%CREATE INDEX%'`;
    await eventually(async () => expect(await house.rows(waits)).toHaveLength(1), { timeoutMs: 10_000 });
    // It waits for the transaction that was there before, and nobody waits behind it.
    await house.rows(announce('meanwhile'));
    await writing.query('COMMIT');
    await started;
  } finally {
    await writing.end();
  }
  expect(await isValid()).toEqual([{ valid: true }]);
});

it.each([
  ['in the middle, which leaves an index that nothing is found by', false],
  ['at the very end, before it was noted', true],
])('a start that was broken off %s, is made up for by the next', async (_, valid) => {
  await undo();
  await house.rows('UPDATE pg_index SET indisvalid = $2 WHERE indexrelid = to_regclass($1)', [INDEX, valid]);
  await start();
  expect(await isValid()).toEqual([{ valid: true }]);
  expect(await house.rows(`SELECT FROM migrations WHERE name LIKE 'PromisesIndex%'`)).toHaveLength(1);
});
