import {
  authorized,
  bought,
  boughtAgain,
  cancelled,
  captured,
  chargeback,
  disputed,
  disputeWon,
  inReverse,
  parcel,
  paymentFailed,
  refunded,
  refusedToBeCancelled,
  refusedToBeReplacedBy,
  replacedBy,
  sees,
  setTo,
  type Story,
  twice,
  voided,
  when,
  whenInAnyOrder,
} from './story.js';

const RECEIVED = 'received, by the sender';
const CONFIRMED = 'status: received > confirmed, by inventory';
const PAID = 'payment_status: unpaid > paid, by payments';
const SHIPPED = 'status: confirmed > shipped, by tracking';
const DELIVERED = 'status: shipped > delivered, by tracking';

/** A costs 400, B 600 and C 900; of each thing there are 10 pieces, unless a story says otherwise. */
export const STORIES: readonly Story[] = [
  {
    title: 'bought, paid, two parcels, delivered',
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      sees({
        states: 'confirmed, unpaid, none',
        next: ['packed', 'shipped', 'cancelled'],
        money: {},
        ledger: [],
        parcels: { A: null, B: null },
        stock: 'reserved A B',
        shelf: { A: '10 on hand, 1 reserved', B: '10 on hand, 1 reserved', C: '10 on hand, 0 reserved' },
      }),
      when(captured(1_000), PAID),
      when(parcel('A', 'accepted', 'Gdańsk'), 'shipment_status: none > partially_shipped, by tracking'),
      sees({
        states: 'confirmed, paid, partially_shipped',
        next: ['packed', 'shipped'],
        parcels: { A: 'accepted, Gdańsk', B: null },
      }),
      when(
        parcel('B', 'accepted', 'Gdynia'),
        'shipment_status: partially_shipped > shipped, by tracking',
        SHIPPED,
      ),
      sees({
        stock: 'taken A B',
        shelf: { A: '9 on hand, 0 reserved', B: '9 on hand, 0 reserved' },
      }),
      when(parcel('A', 'in_transit', 'Lviv')),
      sees({ states: 'shipped, paid, shipped', parcels: { A: 'in_transit, Lviv', B: 'accepted, Gdynia' } }),
      when(parcel('A', 'out_for_delivery'), 'shipment_status: shipped > out_for_delivery, by tracking'),
      when(
        parcel('A', 'delivered', 'Kyiv'),
        'shipment_status: out_for_delivery > partially_delivered, by tracking',
      ),
      when(
        parcel('B', 'delivered', 'Kyiv'),
        'shipment_status: partially_delivered > delivered, by tracking',
        DELIVERED,
      ),
      sees({
        states: 'delivered, paid, delivered',
        next: ['returned'],
        money: { captured: 1_000, net: 1_000 },
        ledger: ['captured 1000'],
        parcels: { A: 'delivered, Kyiv', B: 'delivered, Kyiv' },
        timelines: { A: ['accepted', 'in_transit', 'out_for_delivery', 'delivered'] },
      }),
    ],
  },
  {
    title: 'cash on delivery, packed by hand',
    lines: [
      when(bought('A'), RECEIVED, CONFIRMED),
      when(setTo('packed'), 'status: confirmed > packed, by api'),
      sees({ states: 'packed, unpaid, none', next: ['shipped', 'cancelled'] }),
      when(
        parcel('A', 'accepted'),
        'shipment_status: none > shipped, by tracking',
        'status: packed > shipped, by tracking',
      ),
      when(parcel('A', 'delivered'), 'shipment_status: shipped > delivered, by tracking', DELIVERED),
      sees({ states: 'delivered, unpaid, delivered', money: {} }),
      when(captured(400), PAID),
      sees({ states: 'delivered, paid, delivered', money: { captured: 400, net: 400 }, stock: 'taken A' }),
    ],
  },
  {
    title: 'out of stock',
    onHand: { A: 0 },
    lines: [
      when(bought('A', 'B'), RECEIVED, 'status: received > cancelled, by inventory: out_of_stock'),
      sees({
        states: 'cancelled, unpaid, none',
        next: [],
        stock: 'out_of_stock, missing A',
        shelf: { A: '0 on hand, 0 reserved', B: '10 on hand, 0 reserved' },
      }),
    ],
  },
  {
    title: 'paid in two parts',
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      when(captured(400), 'payment_status: unpaid > partially_paid, by payments'),
      sees({ money: { captured: 400, net: 400 } }),
      when(twice(captured(600)), 'payment_status: partially_paid > paid, by payments'),
      when(boughtAgain),
      sees({ money: { captured: 1_000, net: 1_000 }, ledger: ['captured 400', 'captured 600'] }),
    ],
  },
  {
    title: 'over-captured, and given back',
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      when(captured(1_200), 'payment_status: unpaid > disputed, by payments'),
      sees({ money: { captured: 1_200, net: 1_200 } }),
      when(refunded(200), 'payment_status: disputed > paid, by payments'),
      sees({ states: 'confirmed, paid, none', money: { captured: 1_200, refunded: 200, net: 1_000 } }),
    ],
  },
  {
    title: 'refunded in part, then whole',
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      when(captured(1_000), PAID),
      when(refunded(300), 'payment_status: paid > partially_refunded, by payments'),
      sees({ money: { captured: 1_000, refunded: 300, net: 700 } }),
      when(refunded(700), 'payment_status: partially_refunded > refunded, by payments'),
      sees({
        states: 'confirmed, refunded, none',
        money: { captured: 1_000, refunded: 1_000 },
        ledger: ['captured 1000', 'refunded 300', 'refunded 700'],
      }),
    ],
  },
  {
    title: 'cancelled after payment',
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      when(captured(1_000), PAID),
      when(cancelled('changed my mind'), 'status: confirmed > cancelled, by api: changed my mind'),
      sees({
        states: 'cancelled, paid, none',
        next: [],
        money: { captured: 1_000, net: 1_000, refund_due: 1_000 },
        stock: 'released',
        shelf: { A: '10 on hand, 0 reserved', B: '10 on hand, 0 reserved' },
      }),
      when(cancelled('once more')),
      when(refunded(1_000), 'payment_status: paid > refunded, by payments'),
      sees({ states: 'cancelled, refunded, none', money: { captured: 1_000, refunded: 1_000 } }),
    ],
  },
  {
    title: 'cancelled after an authorization',
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      when(paymentFailed(1_000)),
      when(authorized(1_000), 'payment_status: unpaid > authorized, by payments'),
      sees({ states: 'confirmed, authorized, none', money: {} }),
      when(cancelled(), 'status: confirmed > cancelled, by api'),
      sees({ states: 'cancelled, authorized, none', money: { void_due: 1_000 } }),
      when(voided(1_000), 'payment_status: authorized > unpaid, by payments'),
      sees({
        states: 'cancelled, unpaid, none',
        money: {},
        ledger: ['failed 1000', 'authorized 1000', 'voided 1000'],
      }),
    ],
  },
  {
    title: 'returned, one parcel of two',
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      when(captured(1_000), PAID),
      when(parcel('A', 'delivered'), 'shipment_status: none > partially_shipped, by tracking'),
      when(
        parcel('B', 'delivered'),
        'shipment_status: partially_shipped > delivered, by tracking',
        SHIPPED,
        DELIVERED,
      ),
      when(parcel('A', 'return_started'), 'shipment_status: delivered > partially_delivered, by tracking'),
      when(parcel('A', 'returned', 'Gdańsk')),
      sees({
        states: 'delivered, paid, partially_delivered',
        next: ['returned'],
        parcels: { A: 'returned, Gdańsk', B: 'delivered' },
        money: { captured: 1_000, net: 1_000 },
        stock: 'taken A B',
        shelf: { A: '9 on hand, 0 reserved', B: '9 on hand, 0 reserved' },
      }),
    ],
  },
  {
    title: 'returned, both parcels',
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      when(captured(1_000), PAID),
      when(parcel('A', 'accepted'), 'shipment_status: none > partially_shipped, by tracking'),
      when(
        parcel('B', 'delivered'),
        'shipment_status: partially_shipped > partially_delivered, by tracking',
        SHIPPED,
      ),
      when(parcel('A', 'returned'), DELIVERED),
      sees({ states: 'delivered, paid, partially_delivered' }),
      when(
        parcel('B', 'returned'),
        'shipment_status: partially_delivered > returned, by tracking',
        'status: delivered > returned, by tracking',
      ),
      sees({
        states: 'returned, paid, returned',
        next: [],
        money: { captured: 1_000, net: 1_000, refund_due: 1_000 },
        stock: 'returned',
        shelf: { A: '10 on hand, 0 reserved', B: '10 on hand, 0 reserved' },
      }),
      when(refunded(1_000), 'payment_status: paid > refunded, by payments'),
      sees({ states: 'returned, refunded, returned', money: { captured: 1_000, refunded: 1_000 } }),
    ],
  },
  {
    title: 'lost',
    lines: [
      when(bought('A'), RECEIVED, CONFIRMED),
      when(captured(400), PAID),
      when(parcel('A', 'accepted'), 'shipment_status: none > shipped, by tracking', SHIPPED),
      when(parcel('A', 'lost', 'Lviv'), 'shipment_status: shipped > lost, by tracking'),
      sees({
        states: 'shipped, paid, lost',
        next: ['delivered', 'returned'],
        parcels: { A: 'lost, Lviv' },
        money: { captured: 400, net: 400 },
        shelf: { A: '9 on hand, 0 reserved' },
      }),
    ],
  },
  {
    title: 'a failed attempt, then delivered',
    lines: [
      when(bought('A'), RECEIVED, CONFIRMED),
      when(parcel('A', 'accepted'), 'shipment_status: none > shipped, by tracking', SHIPPED),
      when(parcel('A', 'failed_attempt'), 'shipment_status: shipped > failed_attempt, by tracking'),
      when(
        parcel('A', 'out_for_delivery'),
        'shipment_status: failed_attempt > out_for_delivery, by tracking',
      ),
      when(parcel('A', 'delivered'), 'shipment_status: out_for_delivery > delivered, by tracking', DELIVERED),
      sees({
        states: 'delivered, unpaid, delivered',
        timelines: { A: ['accepted', 'failed_attempt', 'out_for_delivery', 'delivered'] },
      }),
    ],
  },
  {
    title: 'dispute won',
    lines: [
      when(bought('A'), RECEIVED, CONFIRMED),
      when(captured(400), PAID),
      when(disputed(400), 'payment_status: paid > disputed, by payments'),
      sees({ money: { captured: 400, net: 400 } }),
      when(disputeWon(400), 'payment_status: disputed > paid, by payments'),
      sees({ states: 'confirmed, paid, none', money: { captured: 400, net: 400 } }),
    ],
  },
  {
    title: 'dispute lost',
    lines: [
      when(bought('A'), RECEIVED, CONFIRMED),
      when(captured(400), PAID),
      when(disputed(400), 'payment_status: paid > disputed, by payments'),
      when(chargeback(400)),
      sees({
        states: 'confirmed, disputed, none',
        money: { captured: 400, charged_back: 400 },
        ledger: ['captured 400', 'disputed 400', 'chargeback 400'],
      }),
    ],
  },
  {
    title: 'paid before it came',
    lines: [
      when(captured(1_000)),
      whenInAnyOrder(bought('A', 'B'), RECEIVED, CONFIRMED, PAID),
      sees({
        states: 'confirmed, paid, none',
        money: { captured: 1_000, net: 1_000 },
        ledger: ['captured 1000'],
      }),
    ],
  },
  {
    title: 'paid after it was cancelled',
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      when(cancelled(), 'status: confirmed > cancelled, by api'),
      sees({ states: 'cancelled, unpaid, none', money: {}, stock: 'released' }),
      when(captured(1_000), PAID),
      sees({
        states: 'cancelled, paid, none',
        next: [],
        money: { captured: 1_000, net: 1_000, refund_due: 1_000 },
      }),
    ],
  },
  {
    title: 'told of by its carriers in reverse, and twice',
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      when(
        twice(
          inReverse(
            parcel('A', 'accepted', 'Gdańsk'),
            parcel('A', 'in_transit', 'Lviv'),
            parcel('A', 'out_for_delivery'),
            parcel('A', 'delivered', 'Kyiv'),
          ),
        ),
        'shipment_status: none > partially_shipped, by tracking',
      ),
      when(
        twice(inReverse(parcel('B', 'accepted'), parcel('B', 'delivered', 'Odesa'))),
        'shipment_status: partially_shipped > delivered, by tracking',
        SHIPPED,
        DELIVERED,
      ),
      sees({
        states: 'delivered, unpaid, delivered',
        parcels: { A: 'delivered, Kyiv', B: 'delivered, Odesa' },
        timelines: {
          A: ['accepted', 'in_transit', 'out_for_delivery', 'delivered'],
          B: ['accepted', 'delivered'],
        },
        shelf: { A: '9 on hand, 0 reserved', B: '9 on hand, 0 reserved' },
      }),
    ],
  },
  {
    title: 'replaced while reserved',
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      when(captured(1_000), PAID),
      when(
        replacedBy('A', 'C'),
        'content, by the sender',
        'payment_status: paid > partially_paid, by payments',
      ),
      sees({
        states: 'confirmed, partially_paid, none',
        money: { captured: 1_000, net: 1_000 },
        parcels: { A: null, C: null },
        stock: 'reserved A C',
        shelf: { A: '10 on hand, 1 reserved', B: '10 on hand, 0 reserved', C: '10 on hand, 1 reserved' },
      }),
      when(captured(300), 'payment_status: partially_paid > paid, by payments'),
      when(parcel('A', 'accepted'), 'shipment_status: none > partially_shipped, by tracking'),
      when(parcel('C', 'accepted'), 'shipment_status: partially_shipped > shipped, by tracking', SHIPPED),
      sees({
        states: 'shipped, paid, shipped',
        stock: 'taken A C',
        shelf: { A: '9 on hand, 0 reserved', B: '10 on hand, 0 reserved', C: '9 on hand, 0 reserved' },
      }),
    ],
  },
  {
    title: 'replaced by what is out of stock',
    onHand: { C: 0 },
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      when(
        replacedBy('A', 'C'),
        'content, by the sender',
        'status: confirmed > cancelled, by inventory: out_of_stock',
      ),
      sees({
        states: 'cancelled, unpaid, none',
        stock: 'released, missing C',
        shelf: { A: '10 on hand, 0 reserved', B: '10 on hand, 0 reserved', C: '0 on hand, 0 reserved' },
      }),
    ],
  },
  {
    title: 'refused to be replaced and cancelled once a parcel has moved',
    lines: [
      when(bought('A', 'B'), RECEIVED, CONFIRMED),
      when(parcel('A', 'accepted'), 'shipment_status: none > partially_shipped, by tracking'),
      when(
        refusedToBeReplacedBy(
          'the order is confirmed, with the shipment status partially_shipped: it can get no other content',
          'A',
          'C',
        ),
      ),
      when(
        refusedToBeCancelled(
          'status cannot be cancelled: the order is confirmed, with the shipment status partially_shipped, and may become packed or shipped',
        ),
      ),
      when(boughtAgain),
      sees({
        states: 'confirmed, unpaid, partially_shipped',
        stock: 'reserved A B',
        parcels: { A: 'accepted', B: null },
        shelf: { A: '10 on hand, 1 reserved', C: '10 on hand, 0 reserved' },
      }),
    ],
  },
];
