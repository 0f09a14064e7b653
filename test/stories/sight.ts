import { expect } from 'vitest';
import { read } from './shop.js';
import type { OrderWorld, Thing } from './order-world.js';
import type { Sight, Waiting } from './story.js';

interface States {
  readonly status: string;
  readonly payment_status: string;
  readonly shipment_status: string;
}

interface Parcel {
  readonly track_number: string;
  readonly state: string | null;
  readonly location: string | null;
}

interface Shipments {
  readonly shipment_status: string;
  readonly parcels: Parcel[];
}

interface Summary extends States {
  readonly next: string[];
  readonly version: number;
  readonly content_version: number;
  readonly payments: {
    readonly currency: string;
    readonly amount: number;
    readonly balance: Record<string, unknown> | null;
  };
  readonly parcels: Parcel[];
  readonly stock: {
    readonly outcome: string;
    readonly reserved: { readonly chrt_id: number; readonly quantity: number }[];
    readonly missing: number[];
    readonly content_version: number;
  } | null;
}

interface Payments extends Record<string, unknown> {
  readonly waiting: boolean;
  readonly payment_status: string;
  readonly amount: number;
  readonly order_status: string;
  readonly balance: Record<string, number>;
  readonly ledger: { readonly type: string; readonly amount: number }[];
}

const MONEY = ['captured', 'refunded', 'charged_back', 'net', 'refund_due', 'void_due'];

/** Looks at an order wherever it can be looked at. All answers have to agree, and to show what the story says. */
export async function expectSight(world: OrderWorld, sight: Sight): Promise<void> {
  const summary = await world.read<Summary>('summary');
  const { status, payment_status, shipment_status } = summary;
  expectIf(sight.states, [status, payment_status, shipment_status].join(', '));
  expectIf(sight.next, summary.next);
  expectIf(sight.money, amountsOf(summary.payments.balance ?? {}));
  expectIf(sight.stock, stockOf(world, summary));
  const payments = await world.read<Payments>('payments');
  expectIf(sight.ledger, ledgerOf(payments));
  const shipments = await world.read<Shipments>('shipments');
  expectIf(sight.parcels, parcelsOf(world, shipments.parcels));
  for (const [thing, figures] of Object.entries(sight.shelf ?? {})) {
    expect(await figuresOf(world, thing as Thing), `shelf of ${thing}`).toBe(figures);
  }
  for (const [thing, types] of Object.entries(sight.timelines ?? {})) {
    const { events } = await world.timelineOf(thing as Thing);
    expect(events.map(({ type }) => type)).toEqual(types);
  }
  await expectOneTruth(world, summary, payments, shipments);
}

/** Payments that came before their order. */
export async function expectWaiting(world: OrderWorld, { payment_status, ledger }: Waiting): Promise<void> {
  expect((await world.readItself()).status).toBe(404);
  const payments = await world.read<Payments>('payments');
  expect(payments).toMatchObject({ waiting: true, payment_status, amount: null, order_status: null });
  expect(ledgerOf(payments)).toEqual(ledger);
  expect(await listed(world, 'waiting=true')).toBe(true);
}

/** What is told of one thing in several places is the same in each. */
async function expectOneTruth(
  world: OrderWorld,
  summary: Summary,
  payments: Payments,
  shipments: Shipments,
): Promise<void> {
  const itself = await world.readItself();
  const { status, payment_status, shipment_status } = summary;
  const inHeaders = ['order', 'payment', 'shipment'].map((of) => itself.headers.get(`x-${of}-status`));
  expect(inHeaders).toEqual([status, payment_status, shipment_status]);
  expect(JSON.parse(itself.text)).toEqual(world.content);
  expect(payments.payment_status).toBe(payment_status);
  expect([payments.order_status, payments.amount]).toEqual([status, summary.payments.amount]);
  const { refund_due, void_due } = payments;
  expect(await listed(world, 'due=refund')).toBe(refund_due !== 0);
  expect(await listed(world, 'due=void')).toBe(void_due !== 0);
  const { balance } = summary.payments;
  if (balance !== null) {
    expect(balance).toMatchObject({ payment_status, refund_due, void_due });
    expect(amountsOf({ ...payments.balance, refund_due, void_due })).toEqual(amountsOf(balance));
  }
  expect(shipments.shipment_status).toBe(shipment_status);
  if (summary.parcels.length > 0) expect(summary.parcels).toEqual(shipments.parcels);
  const filter = new URLSearchParams({
    customer_id: world.orderUid,
    status,
    payment_status,
    shipment_status,
  });
  expect(await read(`${world.shop.url}/api/orders?${filter.toString()}`)).toEqual([world.content]);
}

/** Whether its payments are in a list. */
async function listed({ shop, orderUid }: OrderWorld, query: string): Promise<boolean> {
  const page = await read<{ order_uid: string }[]>(`${shop.url}/api/payments?limit=500&${query}`);
  return page.some(({ order_uid }) => order_uid === orderUid);
}

const ledgerOf = ({ ledger }: Payments): string[] => ledger.map(({ type, amount }) => `${type} ${amount}`);

const expectIf = (expected: unknown, seen: unknown): void => {
  if (expected !== undefined) expect(seen).toEqual(expected);
};

const amountsOf = (balance: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries<unknown>(
    MONEY.filter((name) => (balance[name] ?? 0) !== 0).map((name) => [name, balance[name]]),
  );

const parcelsOf = (world: OrderWorld, parcels: readonly Parcel[]): Record<string, string | null> =>
  Object.fromEntries(
    parcels.map(({ track_number, state, location }) => [
      track_number.replace(`${world.orderUid}-`, ''),
      state && [state, location].filter((part) => part !== null).join(', '),
    ]),
  );

function stockOf(world: OrderWorld, { stock }: Summary): string {
  if (stock === null) return 'nothing told';
  const reserved = stock.reserved.map(({ chrt_id, quantity }) =>
    `${world.thingOf(chrt_id)}`.repeat(quantity),
  );
  const missing = stock.missing.map((chrtId) => world.thingOf(chrtId));
  const held = reserved.length > 0 ? ` ${reserved.join(' ')}` : '';
  return `${stock.outcome}${held}${missing.length > 0 ? `, missing ${missing.join(' ')}` : ''}`;
}

async function figuresOf(world: OrderWorld, thing: Thing): Promise<string> {
  const { on_hand, reserved, available } = await read<Record<string, number>>(world.shelfOf(thing));
  expect(available).toBe(on_hand! - reserved!);
  return `${on_hand} on hand, ${reserved} reserved`;
}
