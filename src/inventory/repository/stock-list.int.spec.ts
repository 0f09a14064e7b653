import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { inventory } from '../inventory.module.js';
import type { StockFilter, StockOrder, StockPlace } from '../model/stock-filter.js';
import { StockListRepository } from './stock-list.repository.js';

let house: WaybillDatabase;
let list: StockListRepository;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [inventory] });
  list = new StockListRepository(house.database);
});
afterAll(() => house.drop());
beforeEach(async () => {
  await house.rows('TRUNCATE inventory.stock');
  await house.rows(`
    INSERT INTO inventory.stock (chrt_id, nm_id, on_hand, reserved, version, updated_at) VALUES
      (1, 10, 900, 0, 1, now()), (2, 20, 900, 895, 1, now()), (3, 10, 5, 0, 1, now()), (4, 20, 5, 5, 1, now()),
      (5, 10, 80, 1, 1, now())`);
});

async function chrtIds(order: StockOrder, limit: number, filter: StockFilter = {}): Promise<number[][]> {
  const pages: number[][] = [];
  for (let after: StockPlace | undefined, more = true; more; more = after !== undefined) {
    const { levels, next } = await list.page(filter, order, limit, after);
    pages.push(levels.map(({ chrtId }) => chrtId));
    after = next;
  }
  return pages;
}

it('by what is available begins with what there is least of, and goes on from page to page', async () => {
  expect(await chrtIds('available', 10)).toEqual([[4, 2, 3, 5, 1]]);
  // The second page begins between two that have as many.
  expect(await chrtIds('available', 2)).toEqual([[4, 2], [3, 5], [1]]);
  expect(await chrtIds('chrt_id', 2)).toEqual([[1, 2], [3, 4], [5]]);
});

it('by what is available is narrowed down like any other', async () => {
  expect(await chrtIds('available', 1, { nmId: 10 })).toEqual([[3], [5], [1]]);
  expect(await chrtIds('available', 10, { below: 6 })).toEqual([[4, 2, 3]]);
  expect(await chrtIds('available', 10, { below: 6, nmId: 20 })).toEqual([[4, 2]]);
});

it('has no index by what is available: a reservation leaves the indexes of its level as they are', async () => {
  const made = await house.database.transaction(async (tx): Promise<unknown> => {
    await tx.query('UPDATE inventory.stock SET reserved = reserved + 1, version = 2 WHERE chrt_id <> 4');
    return tx.query(`
      SELECT n_tup_upd::int AS updates, n_tup_hot_upd::int AS "inPlace"
      FROM pg_stat_xact_user_tables WHERE schemaname = 'inventory' AND relname = 'stock'`);
  });
  expect(made).toEqual([{ updates: 4, inPlace: 4 }]);
});
