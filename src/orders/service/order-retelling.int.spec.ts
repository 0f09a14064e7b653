import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { newOutbox } from '../../../test/support/new-outbox.js';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Topics } from '../../platform/messaging/topics.js';
import type { Order } from '../model/order.js';
import { StatusEvents } from '../producer/status-events.js';
import { OrderRepository } from '../repository/order.repository.js';
import { orderToStore } from '../repository/order-to-store.js';
import { StoredOrders } from '../repository/stored-orders.js';
import { OrderRetelling } from './order-retelling.js';

/** More than two chunks. */
const ORDERS = 230;
const NEVER = new AbortController().signal;

let house: WaybillDatabase;
let retelling: OrderRetelling;

beforeAll(async () => {
  house = await openWaybillDatabase();
  const { database } = house;
  retelling = new OrderRetelling(
    database,
    new StoredOrders(database),
    new StatusEvents(newOutbox(), new Topics([])),
  );
  const orders = Array.from({ length: ORDERS }, (_, n) => {
    const order = { ...(sampleOrder() as unknown as Order), order_uid: `told-${n}` };
    return orderToStore({ order, totalsMatch: n !== 1 }, 1_700_000_000_000_000 + n);
  });
  await database.transaction((tx) => new OrderRepository().store(tx, orders));
  await house.rows(`UPDATE orders SET life = 'cancelled', version = 2 WHERE order_uid = 'told-7'`);
  await house.rows(
    `INSERT INTO order_history VALUES ('told-7', 2, 'status', 'received', 'cancelled', '2026-01-02T03:04:05Z', 'api', NULL, NULL)`,
  );
});
afterAll(() => house.drop());

interface Told {
  aggregateid: string;
  headers: Record<string, string>;
  payload: Buffer;
}

it('tells of each order once, by the event that it was told of last', async () => {
  expect(await retelling.run({ signal: NEVER })).toBe(ORDERS);
  const told = await house.rows<Told>('SELECT * FROM outbox ORDER BY id');
  expect(new Set(told.map(({ aggregateid }) => aggregateid)).size).toBe(ORDERS);
  expect(told).toHaveLength(ORDERS);
  const of = (uid: string) => {
    const { headers, payload } = told.find(({ aggregateid }) => aggregateid === uid)!;
    return { headers, value: JSON.parse(payload.toString()) as object };
  };
  expect(of('told-1').headers).toMatchObject({ ce_id: 'told-1:1', ce_type: 'waybill.order.received' });
  expect(of('told-1').value).toMatchObject({
    version: 1,
    status: 'received',
    totals_match: false,
    occurred_at: '2023-11-14T22:13:20.000Z',
  });
  expect(of('told-7').headers).toMatchObject({ ce_id: 'told-7:2', ce_type: 'waybill.order.status' });
  expect(of('told-7').value).toMatchObject({
    version: 2,
    content_version: 1,
    change: 'status',
    previous: 'received',
    status: 'cancelled',
    occurred_at: '2026-01-02T03:04:05.000Z',
  });
});

it('waits while much is to be sent, and ends when it is told to', async () => {
  await house.rows(
    `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
     SELECT 'x', 'x', 'x', 'x', '{}', '' FROM generate_series(1, 5000)`,
  );
  const stopping = new AbortController();
  let waits = 0;
  const running = retelling.run({ signal: stopping.signal, onWaiting: () => waits++ });
  await eventually(() => expect(waits).toBeGreaterThan(0));
  await house.rows(`DELETE FROM outbox WHERE topic = 'x'`);
  expect(await running).toBe(ORDERS);

  await house.rows(
    `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
     SELECT 'x', 'x', 'x', 'x', '{}', '' FROM generate_series(1, 5000)`,
  );
  const stopped = retelling.run({ signal: stopping.signal, onWaiting: () => stopping.abort() });
  expect(await stopped).toBeLessThan(ORDERS);
});
