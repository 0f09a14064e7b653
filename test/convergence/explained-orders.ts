import { expect } from 'vitest';
import type { Facts, HistoryRow, OrderContent, OrderFacts, States } from './facts.js';
import type { Told } from './mortal-shop.js';
import type { Sent } from './played-plan.js';
import { balanceOf, MAY_BECOME, parcelStateOf, paymentStatusOf, shipmentStatusOf, statusByParcels } from './plain-rules.js'; // prettier-ignore

const OPEN = ['received', 'confirmed', 'packed'];
const OWNERS = {
  payments: 'payment-status',
  tracking: 'shipment-status',
  inventory: 'stock-status',
} as const;
type Owner = keyof typeof OWNERS;

/** Parcels that an order's content names, each once. */
export const parcelsOf = ({ items, track_number }: OrderContent): string[] => [
  ...new Set(items.map((item) => item.track_number || track_number)),
];

/**
 * Payments and parcels: their states are those of the set of events that was sent and of the order's last content, whatever came
 * when, how often, and how often the process died; and nothing of the ledger is missing, doubled or made up.
 */
export function requireDerivedStates({ orders, ledger, balances }: Facts, sent: Sent): void {
  const entries = [...sent.payments].sort((one, other) => (one.event_id < other.event_id ? -1 : 1));
  expect(ledger).toEqual(entries);
  for (const { uid, content, summary } of orders) {
    const { amount, currency } = content.payment;
    const paid = sent.payments.filter(({ order_uid }) => order_uid === uid);
    const parcels = parcelsOf(content).map((track_number) => {
      const events = sent.carrierEvents.filter((event) => event.track_number === track_number);
      return { track_number, state: parcelStateOf(events) };
    });
    expect(summary).toMatchObject({
      payment_status: paymentStatusOf(paid, content.payment),
      shipment_status: shipmentStatusOf(parcels.map(({ state }) => state)),
    });
    const hasMoved = summary.parcels.length > 0 || summary.shipment_status !== 'none';
    if (hasMoved) {
      const shown = summary.parcels.map(({ track_number, state }) => ({ track_number, state }));
      expect(shown).toEqual(parcels);
    }
    const { captured, refunded, charged_back, net, authorized } = balanceOf(
      paid.filter((payment) => payment.currency === currency),
    );
    const isOver = summary.status === 'cancelled' || summary.status === 'returned';
    const expected = {
      payment_status: paymentStatusOf(paid, { amount, currency }),
      captured,
      refunded,
      charged_back,
      net,
      refund_due: isOver ? Math.max(net, 0) : 0,
      void_due: summary.status === 'cancelled' ? authorized : 0,
    };
    expect(balances.find(({ order_uid }) => order_uid === uid)).toMatchObject(expected);
    const { payment_status: _, ...money } = expected;
    // What is joined is what was announced last; where nothing was there is nothing to tell.
    if (summary.payments.balance !== null) expect(summary.payments.balance).toMatchObject(money);
    else expect(Object.values(money)).toEqual(Object.values(money).map(() => 0));
  }
}

/**
 * The history of an order is a serial order that explains it: it has each version once, each row follows from the one before by
 * the rules and from what its cause said, causes of one owner come in the order of their numbers, and behind the last row
 * there is nothing left that the last word of each owner would still move.
 */
export function requireExplainedHistory({ orders, told }: Facts): void {
  for (const order of orders) {
    const { uid, history, summary, headers } = order;
    expect(history.map(({ version }) => version)).toEqual(history.map((_, index) => index + 1));
    expect(history.length).toBe(summary.version);
    const own = told.filter(({ key }) => key === uid);
    const states = walk(order, own);
    const { status, payment_status, shipment_status } = summary;
    expect(states.at(-1)).toEqual({ status, payment_status, shipment_status });
    expect(headers).toEqual(states.at(-1));
    requireOneEventAVersion(order, own, states);
  }
  for (const [owner, topic] of Object.entries(OWNERS)) requireGrowingNumbers(told, owner, topic);
}

/** @returns the states at each version */
function walk({ history, summary }: OrderFacts, told: readonly Told[]): States[] {
  let held: States = { status: 'received', payment_status: 'unpaid', shipment_status: 'none' };
  let contentVersion = 1;
  const heard = new Map<string, number>();
  const states: States[] = [held];
  expect(history[0]).toMatchObject({ change: 'received', to: 'received' });
  for (let at = 1; at < history.length;) {
    const row = history[at]!;
    const group = [row];
    if (row.change === 'content') {
      expect(held.shipment_status).toBe('none');
      expect(OPEN).toContain(held.status);
      contentVersion = row.version;
    } else if (row.source === 'api') {
      expect(row).toMatchObject({ change: 'status', from: held.status });
    } else {
      while (history[at + group.length]?.cause === row.cause) group.push(history[at + group.length]!);
      const said = causeOf(row, told);
      expect(said.number).toBeGreaterThan(heard.get(row.source) ?? 0);
      heard.set(row.source, said.number);
      const moves = group.map(({ change, from, to, reason }) => [change, from, to, reason ?? null]);
      expect(moves).toEqual(movesAfter(held, contentVersion, said));
    }
    for (const { change, to } of group) {
      if (change === 'status') {
        expect(MAY_BECOME[held.status]).toContain(to);
        if (to === 'cancelled') expect(held.shipment_status).toBe('none');
      }
      if (change !== 'content') held = { ...held, [change]: to };
      states.push(held);
    }
    at += group.length;
  }
  expect(summary.content_version).toBe(contentVersion);
  for (const owner of Object.keys(OWNERS) as Owner[]) {
    const last = told.filter(({ topic }) => topic === OWNERS[owner]).at(-1);
    if (last !== undefined) expect(movesAfter(held, contentVersion, saidBy(owner, last))).toEqual([]);
  }
  return states;
}

interface Said {
  readonly owner: Owner;
  readonly number: number;
  readonly value: Record<string, unknown>;
}

const saidBy = (owner: Owner, { value }: Told): Said => ({ owner, number: value['number'] as number, value });

function causeOf({ source, cause }: HistoryRow, told: readonly Told[]): Said {
  const message = told.find(({ headers }) => headers['ce_id'] === cause);
  expect(message, `nobody has said ${cause}`).toBeDefined();
  expect(message!.topic).toBe(OWNERS[source as Owner]);
  return saidBy(source as Owner, message!);
}

type Move = [change: string, from: string, to: string, reason: string | null];

/** What an order that is so makes of what it is told. */
function movesAfter(held: States, contentVersion: number, { owner, value }: Said): Move[] {
  if (owner === 'payments') return derived(held, 'payment_status', value['payment_status'] as string);
  if (owner === 'tracking') {
    // What is said of parcels of older content is said before tracking has heard of the new one.
    if ((value['content_version'] as number) < contentVersion) return [];
    const shipment = value['shipment_status'] as string;
    const parcels = (value['parcels'] as { state: string | null }[]).map(({ state }) => state);
    return [...derived(held, 'shipment_status', shipment), ...wayTo(held.status, statusByParcels(parcels))];
  }
  if (value['content_version'] !== contentVersion) return [];
  if (value['outcome'] === 'reserved' && held.status === 'received')
    return [['status', 'received', 'confirmed', null]];
  if (value['outcome'] === 'out_of_stock' && OPEN.includes(held.status) && held.shipment_status === 'none')
    return [['status', held.status, 'cancelled', 'out_of_stock']];
  return [];
}

const derived = (held: States, change: keyof States, to: string): Move[] =>
  held[change] === to ? [] : [[change, held[change], to, null]];

/** Steps that are missing are walked, but for packing, which people do. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  confirmed: ['received', 'confirmed'],
  shipped: ['received', 'confirmed', 'shipped'],
  delivered: ['received', 'confirmed', 'shipped', 'delivered'],
  returned: ['received', 'confirmed', 'shipped', 'returned'],
};

function wayTo(from: string, to: string | undefined): Move[] {
  if (to === undefined || from === to || from === 'cancelled' || from === 'returned') return [];
  if (from === 'packed') return to === 'confirmed' ? [] : hops(['packed', ...WAYS[to]!.slice(2)]);
  if (from === 'delivered') return to === 'returned' ? hops(['delivered', 'returned']) : [];
  const way = WAYS[to]!;
  return way.includes(from) ? hops(way.slice(way.indexOf(from))) : [];
}

const hops = (way: readonly string[]): Move[] =>
  way.slice(1).map((to, index) => ['status', way[index]!, to, null]);

/** Each version was told once, with the states, the change and the value before that it had. */
function requireOneEventAVersion(
  { uid, history }: OrderFacts,
  told: readonly Told[],
  states: readonly States[],
): void {
  const events = told.filter(({ topic }) => topic === 'order-status');
  expect(events.map(({ headers }) => headers['ce_id'])).toEqual(
    history.map(({ version }) => `${uid}:${version}`),
  );
  let contentVersion = 1;
  for (const [index, { value }] of events.entries()) {
    const { version, change, from } = history[index]!;
    if (change === 'content') contentVersion = version;
    const previous = change === 'received' || change === 'content' ? null : from;
    expect(value).toMatchObject({
      ...states[index],
      version,
      change,
      previous,
      content_version: contentVersion,
    });
  }
}

/** The numbers of an owner grow by one with each word of it of an order, and no word is said twice in a row. */
function requireGrowingNumbers(told: readonly Told[], owner: string, topic: string): void {
  const last = new Map<string, Told>();
  for (const message of told.filter((one) => one.topic === topic)) {
    const before = last.get(message.key);
    const number = ((before?.value['number'] as number | undefined) ?? 0) + 1;
    expect(message.value['number']).toBe(number);
    expect(message.headers['ce_id']).toBe(`${owner}:${message.key}:${number}`);
    if (before !== undefined) expect(essence(message)).not.toEqual(essence(before));
    last.set(message.key, message);
  }
}

function essence({ value }: Told): object {
  const { number: _number, occurred_at: _at, cause: _cause, ...rest } = value;
  return rest;
}
