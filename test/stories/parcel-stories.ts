import {
  authorized,
  bought,
  captured,
  inReverse,
  parcel,
  refunded,
  sees,
  setTo,
  type Story,
  twice,
  when,
} from './story.js';
import { RECEIVED, CONFIRMED, PAID, SHIPPED, DELIVERED } from './versions.js';

/** What becomes of orders on their way. A costs 400, B 600 and C 900; of each there are 10 pieces, unless a story says otherwise. */
export const PARCEL_STORIES: readonly Story[] = [
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
      when(authorized(1_000), 'payment_status: unpaid > authorized, by payments'),
      when(captured(1_000), 'payment_status: authorized > paid, by payments'),
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
        ledger: ['authorized 1000', 'captured 1000'],
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
];
