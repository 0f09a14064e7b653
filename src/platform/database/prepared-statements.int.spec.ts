import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { knownFailures } from '../known-failures.js';
import { prepared } from './prepared-statements.js';

/** PostgreSQL weighs as many plans for given parameters before it keeps one. */
const PLANS_BEFORE_KEPT = 5;

let house: WaybillDatabase;
let serial = 0;
let table: string;

// One connection: what is prepared on it is still there at the next use.
beforeAll(async () => {
  house = await openWaybillDatabase({ poolSize: 1 });
});
beforeEach(async () => {
  table = `numbers_${++serial}`;
  await house.rows(`CREATE TABLE ${table} (number integer PRIMARY KEY, name text NOT NULL)`);
  await house.rows(`INSERT INTO ${table} SELECT n, 'number ' || n FROM generate_series(1, 10) n`);
});
afterAll(() => house.drop());

const lookUp = (): string => prepared(`SELECT name FROM ${table} WHERE number = $1`);

async function keptPlans(statement: string): Promise<number | undefined> {
  const sql = 'SELECT generic_plans::int AS kept FROM pg_prepared_statements WHERE statement = $1';
  return (await house.rows<{ kept: number }>(sql, [statement]))[0]?.kept;
}

async function runUntilKept(statement: string): Promise<void> {
  for (let n = 0; n <= PLANS_BEFORE_KEPT; n++) await house.rows(statement, [1]);
}

describe('a prepared statement', () => {
  it('is planned once, and answers like any other', async () => {
    const statement = lookUp();
    for (let number = 1; number <= 9; number++) {
      expect(await house.rows(statement, [number])).toEqual([{ name: `number ${number}` }]);
    }
    expect(await keptPlans(statement)).toBe(9 - PLANS_BEFORE_KEPT);
    expect(await house.database.transaction((tx) => tx.query(statement, [10]))).toEqual([
      { name: 'number 10' },
    ]);
    expect(await keptPlans(statement)).toBe(10 - PLANS_BEFORE_KEPT);
  });

  it('fails like any other', async () => {
    const statement = lookUp();
    for (let n = 0; n < 2; n++) {
      await expect(house.rows(statement, ['no number'])).rejects.toMatchObject({ code: '22P02' });
      expect(await house.rows(statement, [1])).toEqual([{ name: 'number 1' }]);
    }
  });

  it('finds its rows by an index although there were few when it was planned', async () => {
    const statement = lookUp();
    await house.rows(`ANALYZE ${table}`);
    await runUntilKept(statement);
    await house.rows(`INSERT INTO ${table} SELECT n, 'more' FROM generate_series(11, 5000) n`);
    expect(await house.rows(statement, [5_000])).toEqual([{ name: 'more' }]);
    await house.rows('SELECT pg_stat_force_next_flush()');
    const sql = 'SELECT idx_scan::int AS scans FROM pg_stat_user_tables WHERE relname = $1';
    expect(await house.rows(sql, [table])).toEqual([{ scans: PLANS_BEFORE_KEPT + 2 }]);
  });

  it('fails as transient once when its columns have other types, and is prepared anew', async () => {
    const statement = lookUp();
    await runUntilKept(statement);
    await house.rows(`ALTER TABLE ${table} ALTER COLUMN name TYPE varchar(20)`);
    const failure: unknown = await house.rows(statement, [1]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ driverError: { name: 'PreparedStatementLostError' } });
    expect(knownFailures().kindOf(failure)).toBe('transient');
    expect(await house.rows(statement, [1])).toEqual([{ name: 'number 1' }]);
  });

  it('fails as transient once in a transaction when a pooler has dropped it, and is prepared anew', async () => {
    const statement = lookUp();
    const inTransaction = (): Promise<unknown> =>
      house.database.transaction((tx) => tx.query(statement, [1]));
    await inTransaction();
    await house.rows('DEALLOCATE ALL');
    const failure: unknown = await inTransaction().catch((error: unknown) => error);
    expect(knownFailures().kindOf(failure)).toBe('transient');
    expect(await inTransaction()).toEqual([{ name: 'number 1' }]);
  });
});
