import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { UserRow } from '../model/user-row.js';
import { promos } from '../promos.module.js';
import { type MergedUsers, StagedUsers } from './staged-users.js';

const MIB = 1_024 * 1_024;

let house: WaybillDatabase;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [promos] });
});
beforeEach(() => house.rows('TRUNCATE promos.users'));
afterAll(() => house.drop());

/** Merges so many rows, and returns what came of each part. */
const merge = (rows: number, rowOf: (n: number) => Omit<UserRow, 'line' | 'user_id'>) =>
  house.database.transaction(async (tx): Promise<MergedUsers[]> => {
    const staged = (await StagedUsers.open(tx))!;
    await staged.append(
      Array.from({ length: rows }, (_, n) => ({
        line: n + 1,
        user_id: `user-${String(n).padStart(6, '0')}`,
        ...rowOf(n),
      })),
    );
    const merged: MergedUsers[] = [];
    for await (const part of staged.merge()) merged.push(part);
    return merged;
  });

it('rows are merged 20,000 at a time', async () => {
  const merged = await merge(20_001, () => ({ deeplink: 'x', promo_message: '' }));
  expect(merged).toEqual([
    { rows: 20_000, created: 20_000, changed: 0 },
    { rows: 1, created: 1, changed: 0 },
  ]);
});

it('rows with much text are merged 64 MiB at a time, and none is left out', async () => {
  const text = 'x'.repeat(8 * MIB);
  // Of 16 MiB each, but for the last one.
  const merged = await merge(9, (n) => ({ deeplink: n < 8 ? text : 'x', promo_message: n < 8 ? text : '' }));
  expect(merged.map(({ rows }) => rows)).toEqual([4, 4, 1]);
  const [stored] = await house.rows<{ rows: number; bytes: number }>(
    `SELECT count(*)::int AS rows, sum(octet_length(deeplink || promo_message))::float8 AS bytes FROM promos.users`,
  );
  expect(stored).toEqual({ rows: 9, bytes: 128 * MIB + 1 });
});
