import type { Order } from '../../model/order.js';
import type { OrderStatus } from '../../model/order-life.js';
import {
  type Happening,
  lifeKind,
  type LifeKindName,
  type MadeUpCarrierType,
  type MadeUpPaymentType,
} from './life-kinds.js';

/** As payments take it in. */
export interface MadeUpPayment {
  readonly event_id: string;
  readonly order_uid: string;
  readonly transaction: string;
  readonly type: MadeUpPaymentType;
  readonly amount: number;
  readonly currency: string;
  readonly occurred_at: string;
  readonly provider: string;
  readonly reason?: string;
}

/** As tracking takes it in. */
export interface MadeUpCarrierEvent {
  readonly event_id: string;
  readonly track_number: string;
  readonly type: MadeUpCarrierType;
  readonly occurred_at: string;
  readonly location: string;
  readonly carrier: string;
  readonly estimated_at?: string;
}

/** Something that is sent in the course of a life. */
export type LifeEvent =
  | { readonly to: 'orders'; readonly order: Order }
  | { readonly to: 'payments'; readonly payment: MadeUpPayment }
  | { readonly to: 'delivery-events'; readonly carrierEvent: MadeUpCarrierEvent }
  | {
      readonly to: 'status';
      readonly orderUid: string;
      readonly status: OrderStatus;
      readonly isRefused: boolean;
    };

/** When it is sent, in milliseconds since the life began, which may be later than it happened. */
export interface PlannedEvent {
  readonly atMs: number;
  readonly event: LifeEvent;
}

export interface LifeOptions {
  readonly kind: LifeKindName;
  readonly lengthMs: number;
}

/** Shares of the events. */
const LATE = 0.08;
const DOUBLED = 0.08;
/** Shares of a life: how late an event is at most, and how much later it comes again. */
const LATE_BY = 0.4;
const AGAIN_AFTER = 0.05;

const PLACES = ['Koledino', 'Elektrostal', 'Łódź', 'Leeds', 'Haifa', 'Pune', '上海'];
const REASONS: Partial<Record<MadeUpPaymentType, string>> = {
  failed: 'insufficient funds',
  disputed: 'the payer does not know of it',
  refunded: 'the customer has sent it back',
};

/**
 * All that is to be sent of a life, in the order in which it is. It depends on what is given alone: the same numbers and the
 * same order make the same plan. The life begins when the order was created.
 */
export function planLife(
  random: () => number,
  order: Order,
  { kind, lengthMs }: LifeOptions,
): PlannedEvent[] {
  const { happenings, orderAt = 0, isPunctual = false } = lifeKind(kind);
  const planned: PlannedEvent[] = [{ atMs: orderAt * lengthMs, event: { to: 'orders', order } }];
  const teller = new Teller(random, order, lengthMs);
  for (const happening of [...happenings].sort((one, other) => one.at - other.at)) {
    const event = teller.eventOf(happening);
    const isLate = random() < LATE && !isPunctual;
    const isDoubled = random() < DOUBLED;
    const later = random();
    // A request is made by somebody who waits for its answer.
    const mayBe = event.to !== 'status';
    const at = isLate && mayBe ? Math.min(happening.at + LATE_BY * later, 1) : happening.at;
    planned.push({ atMs: at * lengthMs, event });
    if (isDoubled && mayBe) planned.push({ atMs: Math.min(at + AGAIN_AFTER, 1) * lengthMs, event });
  }
  return planned.sort((one, other) => one.atMs - other.atMs);
}

/** Puts what happens into the words of those who are told. */
class Teller {
  private readonly startMs: number;
  private readonly trackNumbers: readonly string[];
  private readonly paid = new Map<MadeUpPaymentType, number>();
  private told = 0;

  constructor(
    private readonly random: () => number,
    private readonly order: Order,
    private readonly lengthMs: number,
  ) {
    this.startMs = Date.parse(order.date_created);
    this.trackNumbers = [...new Set(order.items.map(({ track_number }) => track_number))];
  }

  eventOf(happening: Happening): LifeEvent {
    const { order_uid } = this.order;
    if ('asks' in happening) {
      return { to: 'status', orderUid: order_uid, status: happening.asks, isRefused: happening.isRefused };
    }
    const facts = { event_id: `${order_uid}-${++this.told}`, occurred_at: this.timeAt(happening.at) };
    if ('pays' in happening) return { to: 'payments', payment: { ...facts, ...this.payment(happening) } };
    return { to: 'delivery-events', carrierEvent: { ...facts, ...this.movement(happening) } };
  }

  private timeAt(share: number): string {
    return new Date(this.startMs + share * this.lengthMs).toISOString();
  }

  private payment({ pays: type, upTo }: Extract<Happening, { pays: unknown }>) {
    const { order_uid, payment } = this.order;
    const sum = Math.round(payment.amount * upTo);
    const amount = sum - (this.paid.get(type) ?? 0);
    this.paid.set(type, sum);
    const { transaction, currency, provider } = payment;
    const reason = REASONS[type];
    return {
      order_uid,
      transaction,
      type,
      amount,
      currency,
      provider,
      ...(reason !== undefined && { reason }),
    };
  }

  private movement({ parcel, moves: type }: Extract<Happening, { moves: unknown }>) {
    const place = PLACES[Math.floor(this.random() * PLACES.length)]!;
    return {
      track_number: this.trackNumbers[parcel]!,
      type,
      location: type === 'delivered' ? this.order.delivery.city : place,
      carrier: this.order.delivery_service,
      ...(type === 'accepted' && { estimated_at: this.timeAt(1) }),
    };
  }
}
