import { describe, expect, it } from 'vitest';
import { Findings } from '../findings.js';
import type { KeptOrder, States } from '../kept.js';
import { PLENTIFUL, shopOrder, type ShopOrder } from '../shop.js';
import type { TopicRecord } from '../topic-reader.js';
import type { KeptLife } from './kept-life.js';
import { type ParcelNews, type Payment, SCARCE } from './life.js';
import { judgeLife, type LifeSources } from './life-verdict.js';

const orderOf = (orderUid: string, thing = PLENTIFUL): ShopOrder => {
  const order = shopOrder(orderUid, 3);
  return { ...order, items: [{ ...order.items[0]!, chrt_id: thing }] };
};
const ORDERS = new Map([
  ['paid', [orderOf('paid')]],
  ['sent', [orderOf('sent')]],
  ['got', [orderOf('got', SCARCE)]],
  ['gotNone', [orderOf('gotNone', SCARCE)]],
]);

const PAYMENT: Payment = {
  event_id: 'p1',
  order_uid: 'paid',
  transaction: 'paid',
  type: 'captured',
  amount: ORDERS.get('paid')![0]!.payment.amount,
  currency: 'USD',
  occurred_at: '2026-01-01T00:00:00.000Z',
};
const NEWS: ParcelNews = {
  event_id: 'c1',
  track_number: ORDERS.get('sent')![0]!.items[0]!.track_number,
  type: 'accepted',
  occurred_at: '2026-01-01T00:00:00.000Z',
};
const SOURCES: LifeSources = {
  payments: new Map([['p1', PAYMENT]]),
  parcelNews: new Map([['c1', NEWS]]),
  cancelled: new Set(),
  counted: new Map([
    [PLENTIFUL, 10],
    [SCARCE, 1],
  ]),
};

const announcement = (owner: string, order_uid: string, number: number, more = {}): TopicRecord => ({
  partition: 0,
  offset: 0,
  key: order_uid,
  value: Buffer.from(JSON.stringify({ order_uid, number, ...more })),
  headers: { ce_id: `${owner}:${order_uid}:${number}` },
});
const PAID = announcement('payments', 'paid', 1, { payment_status: 'paid' });
const SENT = announcement('tracking', 'sent', 1, { shipment_status: 'shipped' });
const RESERVED = [...ORDERS.keys()].map((orderUid) => announcement('inventory', orderUid, 1));

/** What is there when all is well. */
const LIFE: KeptLife = {
  ledger: [PAYMENT],
  timeline: [NEWS],
  numbers: [
    { owner: 'payments', order_uid: 'paid', number: 1, heard: 1 },
    { owner: 'tracking', order_uid: 'sent', number: 1, heard: 1 },
    ...[...ORDERS.keys()].map((order_uid) => ({
      owner: 'inventory' as const,
      order_uid,
      number: 1,
      heard: 1,
    })),
  ],
  stock: [
    { chrt_id: PLENTIFUL, on_hand: 9, reserved: 1 },
    { chrt_id: SCARCE, on_hand: 1, reserved: 1 },
  ],
  announced: { payments: [PAID, PAID], tracking: [SENT], inventory: RESERVED },
  verifyComplains: undefined,
};
const STATES: Readonly<Record<string, States>> = {
  paid: { status: 'confirmed', payment_status: 'paid', shipment_status: 'none' },
  sent: { status: 'shipped', payment_status: 'unpaid', shipment_status: 'shipped' },
  got: { status: 'confirmed', payment_status: 'unpaid', shipment_status: 'none' },
  gotNone: { status: 'cancelled', payment_status: 'unpaid', shipment_status: 'none' },
};

function findingsOf(life: Partial<KeptLife>, states: Readonly<Record<string, States>> = {}): string[] {
  const findings = new Findings();
  const orders = new Map(
    Object.entries({ ...STATES, ...states }).map(([orderUid, of]): [string, KeptOrder] => [
      orderUid,
      { version: 1, content: {}, history: [], states: of },
    ]),
  );
  judgeLife(SOURCES, ORDERS, { orders }, { ...LIFE, ...life }, findings);
  return findings.lines();
}

describe('the verdict on what has happened to orders', () => {
  it('finds nothing when each event is there once, and an announcement came twice', () => {
    expect(findingsOf({})).toEqual([]);
  });

  it.each<[string, Partial<KeptLife>, string]>([
    ['a payment event that is not there', { ledger: [] }, 'payment event lost: 1 (p1)'],
    ['one that is there twice', { ledger: [PAYMENT, PAYMENT] }, 'payment event doubled: 1 (p1)'],
    [
      'one that nobody has sent',
      { ledger: [PAYMENT, { ...PAYMENT, event_id: 'p2' }] },
      'payment event doubled: 1 (p2, which nobody has sent)',
    ],
    [
      'one with another amount',
      { ledger: [{ ...PAYMENT, amount: 1 }] },
      'other content: 1 (payment event p1)',
    ],
    ['a carrier event that is not there', { timeline: [] }, 'carrier event lost: 1 (c1)'],
    ['one that is there twice', { timeline: [NEWS, NEWS] }, 'carrier event doubled: 1 (c1)'],
    [
      'an announcement that was never made',
      { announced: { ...LIFE.announced, inventory: RESERVED.slice(1) } },
      'announcement missing: 1 (inventory:paid:1)',
    ],
    [
      'one that orders has never heard',
      { numbers: [{ ...LIFE.numbers[0]!, heard: 0 }, ...LIFE.numbers.slice(1)] },
      'announcement missing: 1 (orders has heard 0 of payments:paid:1)',
    ],
    [
      'one with two contents',
      {
        announced: {
          ...LIFE.announced,
          payments: [PAID, announcement('payments', 'paid', 1, { payment_status: 'paid', more: 1 })],
        },
      },
      'announcement out of order: 1 (payments:paid:1 came with two contents)',
    ],
    [
      'a number beyond the one that its owner keeps',
      { announced: { ...LIFE.announced, inventory: [...RESERVED, announcement('inventory', 'got', 2)] } },
      'announcement out of order: 1 (inventory:got: 2 of 1)',
    ],
    [
      'stock that nobody holds any more',
      { stock: [{ ...LIFE.stock[0]!, reserved: 2 }, LIFE.stock[1]!] },
      `stock differs: 1 (${PLENTIFUL} has 9, 2 reserved, not 9, 1)`,
    ],
    [
      'stock that is gone without an order',
      { stock: [{ ...LIFE.stock[0]!, on_hand: 8 }, LIFE.stock[1]!] },
      `stock differs: 1 (${PLENTIFUL} has 8, 1 reserved, not 9, 1)`,
    ],
    ['what verify says', { verifyComplains: 'verify ends with 1' }, 'stock differs: 1 (verify ends with 1)'],
  ])('finds %s', (_, life, finding) => {
    expect(findingsOf(life)).toEqual([finding]);
  });

  it('finds states that do not follow from the events, or were not told last', () => {
    expect(findingsOf({}, { paid: { ...STATES['paid']!, payment_status: 'unpaid' } })).toEqual([
      'other state: 2 (paid is unpaid, not paid; paid: paid and none was told last)',
    ]);
    expect(findingsOf({}, { sent: { ...STATES['sent']!, status: 'confirmed' } })[0]).toBe(
      'other state: 1 (sent is confirmed, not shipped)',
    );
  });

  it('finds that something is left though somebody got none of it', () => {
    const stock = [LIFE.stock[0]!, { chrt_id: SCARCE, on_hand: 1, reserved: 0 }];
    expect(findingsOf({ stock }, { got: { ...STATES['got']!, status: 'cancelled' } })).toEqual([
      `stock differs: 1 (${SCARCE} is left, and some got none)`,
    ]);
  });
});
