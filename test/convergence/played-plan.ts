import type { MortalShop, ShopRequest, TopicMessage } from './mortal-shop.js';
import { type Batch, type Names, orderJson, ORDERS, type Plan, REGISTERED, type Step } from './plan.js';
import type { PlainCarrierEvent, PlainPayment } from './plain-rules.js';

/** What has been sent, as the sender knows it. */
export interface Sent {
  readonly payments: readonly PlainPayment[];
  readonly carrierEvents: readonly PlainCarrierEvent[];
  /** By thing: what was counted at first, and all that was added to it and taken from it since. */
  readonly adjusted: readonly number[];
  /** Contents by order. */
  readonly contents: readonly (readonly object[])[];
}

/** Sends all that a plan has to a shop, which dies where the plan says so, and waits until it has come to rest. */
export async function play(shop: MortalShop, plan: Plan, names: Names): Promise<Sent> {
  for (const [thing, on_hand] of plan.stock.entries()) await shop.ask(countOf(names, thing, on_hand));
  const adjusted = [...plan.stock];
  for (const batch of plan.batches) {
    await playBatch(shop, batch, names, (step, status) => {
      if (step.kind === 'adjustment' && status === 200) adjusted[step.thing]! += step.delta;
    });
  }
  await shop.quiet();
  const steps = new Map(plan.batches.flatMap((batch) => batch.steps).map((step) => [step.id, step]));
  return { ...sentBy([...steps.values()], names), adjusted };
}

async function playBatch(
  shop: MortalShop,
  { steps, again, fate }: Batch,
  names: Names,
  onAnswer: (step: Step, status: number) => void,
): Promise<void> {
  const messages = steps.filter(({ via }) => via === 'topic').map((step) => messageOf(step, names));
  const requests = steps.filter(({ via }) => via === 'http');
  const send = async (): Promise<void> => {
    await Promise.all([
      shop.publish(messages),
      repeat(shop, names, again),
      ...requests.map(async (step) => onAnswer(step, await shop.ask(requestOf(step, names)))),
    ]);
  };
  if (fate === 'dies unacknowledged' && messages.length > 0) return shop.dieUnacknowledged(send);
  if (fate === 'dies') {
    // The requests are in flight, and asked again of the next process.
    const sending = send();
    await shop.die();
    return sending;
  }
  await send();
  if (fate === 'comes to rest') await shop.quiet();
}

/** Says again what the program has said, as a broker does that knows nothing of its being processed, in any order. */
async function repeat(shop: MortalShop, names: Names, places: readonly number[]): Promise<void> {
  if (places.length === 0) return;
  const told = await shop.told(orderUids(names));
  if (told.length === 0) return;
  await shop.publish(
    places.map((place) => {
      const { topic, key, value, headers } = told[place % told.length]!;
      return { topic, key, value, headers };
    }),
  );
}

/** All that a run may know of: one is paid for, and never ordered. */
export const orderUids = (names: Names): string[] =>
  Array.from({ length: ORDERS + 1 }, (_, number) => names.order(number));

export const thingsOf = (names: Names): number[] =>
  Array.from({ length: REGISTERED }, (_, thing) => names.thing(thing));

function sentBy(steps: readonly Step[], names: Names): Omit<Sent, 'adjusted'> {
  const contents: object[][] = Array.from({ length: ORDERS }, () => []);
  const payments: PlainPayment[] = [];
  const carrierEvents: PlainCarrierEvent[] = [];
  for (const step of steps) {
    if (step.kind === 'content') contents[step.order]!.push(valueOf(step, names));
    if (step.kind === 'payment') payments.push(valueOf(step, names) as PlainPayment);
    if (step.kind === 'carrier') carrierEvents.push(valueOf(step, names) as PlainCarrierEvent);
  }
  return { payments, carrierEvents, contents };
}

const TOPICS = { content: 'orders', payment: 'payments', carrier: 'delivery-events' } as const;
const PATHS = {
  content: '/api/orders',
  payment: '/api/payments/events',
  carrier: '/api/tracking/events',
} as const;

function messageOf(step: Step, names: Names): TopicMessage {
  const topic = TOPICS[step.kind as keyof typeof TOPICS];
  const key =
    step.kind === 'carrier' ? names.parcel(step.parcel) : names.order((step as { order: number }).order);
  return { topic, key, value: valueOf(step, names) };
}

function requestOf(step: Step, names: Names): ShopRequest {
  switch (step.kind) {
    case 'status':
      return {
        method: 'POST',
        path: `/api/orders/${names.order(step.order)}/status`,
        body: { status: step.status },
      };
    case 'adjustment':
      return {
        method: 'POST',
        path: `/api/inventory/${names.thing(step.thing)}/adjustments`,
        body: { delta: step.delta, reason: 'as planned' },
        headers: { 'idempotency-key': `"${names.event(step.id)}"` },
      };
    case 'count':
      return countOf(names, step.thing, step.pieces);
    default:
      return { method: 'POST', path: PATHS[step.kind], body: valueOf(step, names) };
  }
}

const countOf = (names: Names, thing: number, on_hand: number): ShopRequest => ({
  method: 'PUT',
  path: `/api/inventory/${names.thing(thing)}`,
  body: { nm_id: 1, on_hand },
});

function valueOf(step: Step, names: Names): object {
  if (step.kind === 'content') return orderJson(names, step.order, step.content);
  const event_id = names.event(step.id);
  if (step.kind === 'payment') {
    const { order, transaction, type, amount, currency, occurred_at } = step;
    return { event_id, order_uid: names.order(order), transaction, type, amount, currency, occurred_at };
  }
  const { parcel, type, occurred_at, location } = step as Step & { kind: 'carrier' };
  return { event_id, track_number: names.parcel(parcel), type, occurred_at, ...(location && { location }) };
}
