import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { inventory } from '../inventory.module.js';
import { OrderLife, TestInventory } from './inventory.fixture.js';

let house: WaybillDatabase;
let shop: TestInventory;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [inventory] });
  shop = new TestInventory(house);
});
afterAll(() => house.drop());

/** One order that holds a piece, one that has taken one, and one that has given its own back. */
beforeEach(async () => {
  await shop.clear();
  await shop.count(7, 10);
  const [held, taken, released] = ['held', 'taken', 'released'].map((uid) => new OrderLife(uid));
  await shop.receive(held!.wants(7), taken!.wants(7), released!.wants(7));
  await shop.receive(taken!.becomes('shipped'), released!.becomes('cancelled'));
});

it('finds nothing where nothing is wrong', async () => {
  expect(await shop.verify()).toEqual({ exitCode: 0, text: '1 chrt_ids and 3 orders: all adds up\n' });
});

it.each([
  [
    'UPDATE inventory.stock SET on_hand = on_hand + 1',
    'chrt_id 7 has on_hand 10 and reserved 1: the journal says 9 and 1',
  ],
  [
    'DELETE FROM inventory.stock',
    'chrt_id 7 has on_hand nothing and reserved nothing: the journal says 9 and 1',
  ],
  [
    `UPDATE inventory.movements SET reserved = 5 WHERE order_uid = 'held'`,
    /^movement \d+ of chrt_id 7 leads to on_hand 10 and reserved 5: expected 10 and 1$/m,
  ],
  [
    `DELETE FROM inventory.reservations WHERE order_uid = 'held'`,
    'order held holds 0 and has taken 0 of chrt_id 7 for its content 1: the journal says 1 and 0',
  ],
  [
    `UPDATE inventory.reservations SET quantity = 2 WHERE order_uid = 'taken'`,
    'order taken holds 0 and has taken 2 of chrt_id 7 for its content 1: the journal says 0 and 1',
  ],
  [
    `INSERT INTO inventory.reservations VALUES ('released', 1, 8, 1, false)`,
    'order released has reservations that it should not have: its outcome is released',
  ],
  [
    `DELETE FROM inventory.known_orders WHERE order_uid = 'held'`,
    'order held has reservations, and is not known: its outcome is none',
  ],
  [
    `UPDATE inventory.known_orders SET content_version = 2 WHERE order_uid = 'held'`,
    'order held holds what is no content of its own any more: its outcome is reserved',
  ],
  [
    `UPDATE inventory.known_orders SET outcome = 'reserved' WHERE order_uid = 'taken'`,
    'order taken has taken its reservations: its outcome is reserved',
  ],
])('names what differs after %s', async (statement, line) => {
  await house.rows(statement);
  const { exitCode, text } = await shop.verify();
  expect(exitCode).toBe(1);
  expect(text).toMatch(typeof line === 'string' ? `${line}\n` : line);
});
