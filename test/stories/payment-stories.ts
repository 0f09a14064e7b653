import {
  authorized,
  bought,
  boughtAgain,
  cancelled,
  captured,
  chargeback,
  disputed,
  disputeWon,
  paymentFailed,
  refunded,
  sees,
  seesWaiting,
  type Story,
  twice,
  voided,
  when,
  whenInAnyOrder,
} from './story.js';
import { RECEIVED, CONFIRMED, PAID } from './versions.js';

/** What becomes of the money of orders. A costs 400, B 600 and C 900; of each there are 10 pieces, unless a story says otherwise. */
export const PAYMENT_STORIES: readonly Story[] = [
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
      when(
        cancelled('changed my mind', 'Mia'),
        'status: confirmed > cancelled, by api for Mia: changed my mind',
      ),
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
      seesWaiting('partially_paid', 'captured 1000'),
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
];
