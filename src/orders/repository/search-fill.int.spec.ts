import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { Order } from '../model/order.js';
import { OrdersSettings } from '../orders.settings.js';
import { OrderRepository } from './order.repository.js';
import { orderToStore } from './order-to-store.js';
import { SearchFillRepository } from './search-fill.repository.js';
import { FIND_MISSING, SEARCH_WALK } from './search-fill.sql.js';

let house: WaybillDatabase;
let fill: SearchFillRepository;
let receivedAtUs = 1_763_722_949_123_457;

const searched = new OrderRepository();
/** As a version writes them that knows no search, and one whose search is off. */
const unsearched = new OrderRepository(Object.assign(new OrdersSettings(), { SEARCH: 'off' }));

beforeAll(async () => {
  house = await openWaybillDatabase();
  fill = new SearchFillRepository(house.database);
});

beforeEach(async () => {
  await house.rows('TRUNCATE orders, deliveries, payments, items, order_search');
  await fill.beginAnew();
});

afterAll(() => house.drop());

async function receive(repository: OrderRepository, trackNumber: string, ...uids: string[]): Promise<void> {
  const batch = uids.map((order_uid) => {
    const order = { ...(sampleOrder() as unknown as Order), order_uid, track_number: trackNumber };
    return orderToStore({ order, totalsMatch: true }, ++receivedAtUs);
  });
  await house.database.transaction((tx) => repository.store(tx, batch));
}

/** What each order is found by. */
async function found(): Promise<Record<string, string>> {
  const rows = await house.rows<{ order_uid: string; track_number: string }>(
    'SELECT order_uid, track_number FROM order_search ORDER BY order_uid',
  );
  return Object.fromEntries(rows.map((row) => [row.order_uid, row.track_number]));
}

async function fillAll(orders = 100): Promise<number> {
  let filled = 0;
  for (;;) {
    const step = await fill.step(orders);
    filled += step!.filled;
    if (step!.isRoundOver) return filled;
  }
}

describe('the fill of the search', () => {
  it('gives terms to the orders that have none, as if they had come with them', async () => {
    const order = sampleOrder() as unknown as Order;
    await receive(searched, order.track_number, 'written');
    await receive(unsearched, order.track_number, 'filled', 'FILLED-2');
    expect(await fillAll()).toBe(2);
    const rows = await house.rows<{ ids: (string | null)[]; terms: object }>(`
      SELECT ARRAY[order_uid, small_uid] AS ids, to_jsonb(s) - '{order_uid,small_uid,received_at}'::text[] AS terms
      FROM order_search s ORDER BY received_at`);
    expect(rows.map(({ ids }) => ids)).toEqual([
      ['written', null],
      ['filled', null],
      ['FILLED-2', 'filled-2'],
    ]);
    const [first, ...others] = rows.map(({ terms }) => terms);
    expect(first).toMatchObject({
      track_number: 'WBILMTESTTRACK',
      phone: '0000000279',
      name_2: 'TESTOV TEST',
    });
    expect(others).toEqual([first, first]);
    const times = 'SELECT order_uid FROM orders JOIN order_search USING (order_uid, received_at)';
    expect(await house.rows(times)).toHaveLength(3);
  });

  it('begins with the newest, and goes on where any process has left off', async () => {
    await receive(unsearched, 'T', 'fill-1', 'fill-2', 'fill-3', 'fill-4', 'fill-5');
    expect(await fill.state()).toEqual({ isFilling: true, beforeReceivedAt: null });
    await fill.step(2);
    expect(Object.keys(await found())).toEqual(['fill-4', 'fill-5']);
    const { isFilling, beforeReceivedAt } = await fill.state();
    expect([isFilling, beforeReceivedAt instanceof Date]).toEqual([true, true]);
    await new SearchFillRepository(house.database).step(2);
    expect(Object.keys(await found())).toEqual(['fill-2', 'fill-3', 'fill-4', 'fill-5']);
    expect(await fill.step(2)).toEqual({ looked: 1, filled: 1, isRoundOver: true });
    expect((await fill.state()).isFilling).toBe(false);
    expect(await fill.step(2)).toBeUndefined();
  });

  it('looks through all of them once more after a while, for those of processes that went on without a search', async () => {
    await fillAll();
    await receive(unsearched, 'T', 'late');
    expect(await fill.step(10)).toBeUndefined();
    await house.rows(`UPDATE order_search_fill SET begins_at = begins_at - interval '10 minutes'`);
    expect(await fillAll()).toBe(1);
    await house.rows(`UPDATE order_search_fill SET begins_at = now()`);
    expect(await fill.step(10)).toBeUndefined();
  });

  it('is done by one process at a time', async () => {
    await receive(unsearched, 'T', 'one');
    await house.database.transaction(async (tx) => {
      await tx.query('SELECT FROM order_search_fill FOR UPDATE');
      expect(await fill.step(10)).toBeUndefined();
    });
    expect(await fillAll()).toBe(1);
  });

  it('renews the terms of orders that were replaced while nobody kept them', async () => {
    await receive(searched, 'OLD', 'renewed', 'kept');
    await receive(unsearched, 'NEW', 'renewed');
    expect(await found()).toEqual({ kept: 'OLD', renewed: 'OLD' });
    expect(await fillAll()).toBe(1);
    expect(await found()).toEqual({ kept: 'OLD', renewed: 'NEW' });
  });

  it('leaves terms alone that are of a newer content than it has read', async () => {
    await receive(unsearched, 'OLD', 'overtaken');
    const waiting = await house.database.connect();
    try {
      // The fill waits for this one's row, with what it has read before.
      await waiting.query(`
        BEGIN; INSERT INTO order_search (order_uid, track_number, received_at, content_version)
        VALUES ('overtaken', 'NEW', now(), 2)`);
      const filling = fillAll();
      const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await eventually(async () => expect(await house.rows(waits)).toHaveLength(1), { timeoutMs: 2_500 });
      await waiting.query('COMMIT');
      await filling;
    } finally {
      await waiting.end();
    }
    expect(await found()).toEqual({ overtaken: 'NEW' });
  });

  it('knows the content of an order from before orders had a life', async () => {
    await receive(unsearched, 'T', 'of-old');
    await house.rows(`UPDATE orders SET content_version = NULL, version = 3`);
    expect(await fillAll()).toBe(1);
    await fill.beginAnew();
    expect(await fillAll()).toBe(0);
  });

  it('reads few orders a step, however many there are', async () => {
    await house.rows(`
      INSERT INTO orders (order_uid, track_number, entry, locale, internal_signature, customer_id, delivery_service, shardkey,
                          sm_id, date_created, oof_shard, created_at, status, version, content_hash, totals_match,
                          received_at, updated_at)
      SELECT 'many-' || n, '', '', '', '', '', '', '', 1, '', '', now(), 'received', 1, '', true,
             timestamptz '2026-01-01Z' + n * interval '1 second', now()
      FROM generate_series(1, 20000) n`);
    await house.rows('VACUUM ANALYZE orders');
    const plans = await Promise.all([
      house.rows<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, BUFFERS) ${SEARCH_WALK.next}`, [100]),
      house.rows<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, BUFFERS) ${FIND_MISSING}`, [
        Array.from({ length: 100 }, (_, n) => `many-${n}`),
      ]),
    ]);
    const [text, missing] = plans.map((plan) => plan.map((line) => line['QUERY PLAN']).join('\n'));
    for (const one of [text!, missing!]) {
      const largest = Math.max(...[...one.matchAll(/actual .*?rows=(\d+)/g)].map(([, rows]) => Number(rows)));
      expect(largest).toBeLessThanOrEqual(200);
    }
    expect(text).toMatch(/ix_orders_received_at/);
  });
});
