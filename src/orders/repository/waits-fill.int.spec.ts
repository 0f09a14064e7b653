import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storeOrders } from '../../../test/support/stored-orders.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { OrderStatus } from '../model/order-life.js';
import { WaitsFillRepository } from './waits-fill.repository.js';

/** To each status that there is. */
const LIVES: readonly (readonly OrderStatus[])[] = [
  [],
  ['confirmed'],
  ['confirmed', 'packed'],
  ['confirmed', 'packed', 'shipped'],
  ['confirmed', 'packed', 'shipped', 'delivered'],
  ['confirmed', 'cancelled'],
  ['confirmed', 'shipped', 'returned'],
];

let house: WaybillDatabase;
let fill: WaitsFillRepository;

beforeAll(async () => {
  house = await openWaybillDatabase();
  fill = new WaitsFillRepository(house.database);
});
afterAll(() => house.drop());

beforeEach(async () => {
  await house.rows('TRUNCATE orders, deliveries, payments, items, order_announcements, order_history');
  await house.rows('TRUNCATE orders_under_way, orders_disputed');
  await fill.beginAnew();
});

const known = (): Promise<object[]> =>
  house.rows('SELECT order_uid, wait, since FROM orders_under_way ORDER BY order_uid');

/** As an older version has left it: nobody knows what any order waits for, nor what was promised. */
async function forget(): Promise<void> {
  await house.rows('TRUNCATE orders_under_way, orders_disputed');
  await house.rows('UPDATE order_announcements SET promised_at = NULL');
}

async function fillAll(): Promise<number> {
  let filled = 0;
  for (;;) {
    const step = await fill.step(3);
    filled += step!.filled;
    if (step!.isRoundOver) return filled;
  }
}

/** As the program moves it, at so many o'clock. */
async function move(orderUid: string, life: OrderStatus, hour: number): Promise<void> {
  const parameters = [orderUid, life, new Date(Date.UTC(2026, 0, 1, hour))];
  await house.rows(
    'UPDATE orders SET life = $2, version = version + 1, updated_at = $3 WHERE order_uid = $1',
    parameters,
  );
  await house.rows(
    `INSERT INTO order_history (order_uid, version, change, current, at, source)
     SELECT order_uid, version, 'status', $2, $3, 'api' FROM orders WHERE order_uid = $1`,
    parameters,
  );
}

const announce = (orderUid: string, ...estimates: (string | null)[]): Promise<object[]> =>
  house.rows(
    `INSERT INTO order_announcements (order_uid, owner, number, content_version, told, at, waiting)
     VALUES ($1, 'tracking', 1, 1, $2, now(), false)`,
    [orderUid, JSON.stringify({ parcels: estimates.map((estimated_at) => ({ estimated_at })) })],
  );

describe('what orders of before wait for', () => {
  it('is the same as if it had been kept with each of their steps', async () => {
    await storeOrders(house, LIVES.length, (n) => ({ order_uid: `life-${n}` }));
    for (const [n, lives] of LIVES.entries()) {
      for (const [step, life] of lives.entries()) await move(`life-${n}`, life, step + 1);
    }
    const kept = await known();
    expect(kept).toMatchObject([
      { order_uid: 'life-0', wait: 'confirmation' },
      { order_uid: 'life-1', wait: 'shipment', since: new Date('2026-01-01T01:00:00Z') },
      { order_uid: 'life-2', wait: 'shipment', since: new Date('2026-01-01T01:00:00Z') },
      { order_uid: 'life-3', wait: 'delivery', since: new Date('2026-01-01T03:00:00Z') },
    ]);
    await forget();
    expect(await fillAll()).toBe(kept.length);
    expect(await known()).toEqual(kept);
    await fill.beginAnew();
    expect(await fillAll()).toBe(0);
  });

  it('has the disputed ones, and the promises of parcels as the program reads them', async () => {
    await storeOrders(house, 4, (n) => ({ order_uid: `old-${n}` }));
    await house.rows(`UPDATE orders SET payment_status = 'disputed' WHERE order_uid = 'old-1'`);
    await house.rows(`UPDATE orders SET life = 'delivered'`);
    await announce('old-0', '2026-02-03T05:00:00+01:00', '2026-02-03T04:30:00Z', null);
    await announce('old-1', 'soon', '0001-01-01T00:00:00Z', '-271821-04-20T00:00:00Z');
    await announce('old-2', null);
    await forget();
    // A version of before has left a promise as it was when the last parcel had ended its way.
    await house.rows(`UPDATE order_announcements SET promised_at = now() WHERE order_uid = 'old-2'`);
    expect(await fillAll()).toBe(3);
    expect(await house.rows('SELECT order_uid FROM orders_disputed')).toEqual([{ order_uid: 'old-1' }]);
    expect(
      await house.rows(
        'SELECT order_uid, promised_at FROM order_announcements WHERE promised_at IS NOT NULL',
      ),
    ).toEqual([{ order_uid: 'old-0', promised_at: new Date('2026-02-03T04:00:00Z') }]);
  });
});

describe('a step of an order', () => {
  it('finds room beside the last version of its row, so that no index is written', async () => {
    await storeOrders(house, 1, () => ({ order_uid: 'hot' }));
    const steps = [
      `life = 'confirmed'`,
      `payment_status = 'disputed'`,
      `payment_status = 'paid'`,
      `life = 'shipped'`,
      `life = 'delivered'`,
    ];
    const made = `
      SELECT n_tup_upd::int AS steps, n_tup_hot_upd::int AS "inPlace"
      FROM pg_stat_xact_user_tables WHERE relname = 'orders'`;
    await house.database.transaction(async (tx) => {
      const [before]: { steps: number; inPlace: number }[] = await tx.query(made);
      for (const step of steps) await tx.query(`UPDATE orders SET ${step}`);
      const after = { steps: before!.steps + steps.length, inPlace: before!.inPlace + steps.length };
      expect(await tx.query(made)).toEqual([after]);
    });
    expect(await known()).toEqual([]);
  });
});
