import {
  bought,
  boughtAgain,
  captured,
  parcel,
  refusedToBeCancelled,
  refusedToBeReplacedBy,
  replacedBy,
  sees,
  type Story,
  when,
} from './story.js';
import { RECEIVED, CONFIRMED, PAID, SHIPPED } from './versions.js';

/** Orders that cannot be had, or are replaced. A costs 400, B 600 and C 900; of each there are 10 pieces, unless a story says otherwise. */
export const STOCK_STORIES: readonly Story[] = [
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
