import { expect } from 'vitest';
import type { Facts, Movement, OrderContent, OrderFacts } from './facts.js';
import type { Told } from './mortal-shop.js';

type Pieces = Readonly<Record<number, number>>;

const OPEN = ['received', 'confirmed', 'packed'];

/**
 * The journal is the serial order of all that happened to stock: each line goes on from the one before, nothing was ever negative
 * nor promised twice, and it ends with the figures that there are.
 */
export function requireJournalAddsUp({ movements, stock }: Facts): void {
  for (const { chrt_id, on_hand: onHand, reserved } of stock) {
    let held = { on_hand: 0, reserved: 0 };
    for (const line of movements.filter((movement) => movement.chrt_id === chrt_id)) {
      held = { on_hand: held.on_hand + line.on_hand_delta, reserved: held.reserved + line.reserved_delta };
      expect(line).toMatchObject(held);
      expect(held.reserved).toBeGreaterThanOrEqual(0);
      expect(held.on_hand).toBeGreaterThanOrEqual(held.reserved);
    }
    expect({ on_hand: onHand, reserved }).toEqual(held);
  }
}

/**
 * What orders hold by the journal is what their statuses say. An open order holds what its content wants, one that went has
 * taken what it held, and one that is called off or came back has nothing. An order that stock could not be had for is
 * cancelled, or has a parcel under way, which nobody can call back; and each thing that was said to be missing was short at
 * some moment.
 */
export function requireOrdersHoldTheirs({ orders, told, movements, stock }: Facts): void {
  const registered = new Set(stock.map(({ chrt_id }) => chrt_id));
  for (const order of orders) {
    const own = movements.filter(({ order_uid }) => order_uid === order.uid);
    const [held, gone] = [sumsOf(own, 'reserved_delta'), negated(sumsOf(own, 'on_hand_delta'))];
    const words = told.filter(({ key, topic }) => key === order.uid && topic === 'stock-status');
    const { status, shipment_status, content_version } = order.summary;
    const last = words.at(-1)?.value;
    expect(last, `inventory has said nothing of ${order.uid}`).toBeDefined();
    expect(order.summary.stock).toMatchObject({ outcome: last!['outcome'], reserved: last!['reserved'] });
    const promised = lastPromise(words, told, order, registered);
    if (OPEN.includes(status)) {
      expect(status).not.toBe('received');
      expect(last!['content_version']).toBe(content_version);
      if (last!['outcome'] !== 'reserved') expect(shipment_status).not.toBe('none');
      expect([held, gone]).toEqual([promised, {}]);
      expect(quantitiesOf(last!)).toEqual(promised);
    } else if (status === 'shipped' || status === 'delivered') {
      expect([held, gone]).toEqual([{}, promised]);
    } else {
      expect([held, gone]).toEqual([{}, {}]);
    }
  }
  requireShortages(told, movements, contentsTold(told));
}

/** What the last content that could be had wants; nothing where there was none. */
function lastPromise(
  words: readonly Told[],
  told: readonly Told[],
  { uid }: OrderFacts,
  registered: ReadonlySet<number>,
): Pieces {
  const promise = words.filter(({ value }) => value['outcome'] === 'reserved').at(-1);
  if (promise === undefined) return {};
  const content = contentsTold(told).get(`${uid}:${promise.value['content_version'] as number}`)!;
  return wantedBy(content, registered);
}

/** The contents of orders by `order_uid:content_version`. */
function contentsTold(told: readonly Told[]): Map<string, OrderContent> {
  const events = told.filter(({ topic }) => topic === 'order-status');
  return new Map(
    events.map(({ key, value }) => [
      `${key}:${value['content_version'] as number}`,
      value as unknown as OrderContent,
    ]),
  );
}

function wantedBy({ items }: OrderContent, registered: ReadonlySet<number>): Pieces {
  const wanted: Record<number, number> = {};
  for (const { chrt_id } of items) {
    if (registered.has(chrt_id)) wanted[chrt_id] = (wanted[chrt_id] ?? 0) + 1;
  }
  return wanted;
}

function requireShortages(
  told: readonly Told[],
  movements: readonly Movement[],
  contents: ReadonlyMap<string, OrderContent>,
): void {
  const missingBefore = new Map<string, number[]>();
  for (const { key, topic, value } of told) {
    if (topic !== 'stock-status') continue;
    const missing = value['missing'] as number[];
    if (value['outcome'] === 'reserved') expect(missing).toEqual([]);
    else if (value['outcome'] === 'out_of_stock') expect(missing).not.toEqual([]);
    // What was missing of an order's content is told still where what it held for the one before is released, taken or comes back.
    else expect(missing).toEqual(missingBefore.get(key) ?? []);
    missingBefore.set(key, missing);
    const content = contents.get(`${key}:${value['content_version'] as number}`)!;
    for (const thing of missing) {
      const wanted = wantedBy(content, new Set([thing]))[thing] ?? 0;
      const free = leastFree(movements, thing, key);
      expect(free, `${key} was told that ${thing} is missing`).toBeLessThan(wanted);
    }
  }
}

/** The fewest pieces of a thing that an order could ever have had, its own included. */
function leastFree(movements: readonly Movement[], thing: number, orderUid: string): number {
  let [own, least] = [0, Infinity];
  for (const line of movements.filter(({ chrt_id }) => chrt_id === thing)) {
    if (line.order_uid === orderUid) own += line.reserved_delta;
    least = Math.min(least, line.on_hand - line.reserved + own);
  }
  return least;
}

function sumsOf(lines: readonly Movement[], delta: 'on_hand_delta' | 'reserved_delta'): Pieces {
  const sums: Record<number, number> = {};
  for (const line of lines) sums[line.chrt_id] = (sums[line.chrt_id] ?? 0) + line[delta];
  return Object.fromEntries(Object.entries(sums).filter(([, pieces]) => pieces !== 0));
}

const negated = (pieces: Pieces): Pieces =>
  Object.fromEntries(Object.entries(pieces).map(([thing, quantity]) => [thing, -quantity]));

const quantitiesOf = (value: Record<string, unknown>): Pieces =>
  Object.fromEntries(
    (value['reserved'] as { chrt_id: number; quantity: number }[]).map(({ chrt_id, quantity }) => [
      chrt_id,
      quantity,
    ]),
  );

/** Where nothing competes: every order has what it wants, for as long as it has not gone. */
export function requireCalmStock({ stock, orders, movements }: Facts, adjusted: readonly number[]): void {
  const registered = new Set(stock.map(({ chrt_id }) => chrt_id));
  const sorted = [...stock].sort((one, other) => one.chrt_id - other.chrt_id);
  for (const [thing, { chrt_id, on_hand, reserved }] of sorted.entries()) {
    const wantedIn = (...statuses: string[]): number =>
      orders
        .filter(({ summary }) => statuses.includes(summary.status))
        .reduce((sum, { content }) => sum + (wantedBy(content, registered)[chrt_id] ?? 0), 0);
    expect({ on_hand, reserved }).toEqual({
      on_hand: adjusted[thing]! - wantedIn('shipped', 'delivered'),
      reserved: wantedIn('confirmed'),
    });
  }
  expect(movements.every(({ reserved, on_hand }) => reserved <= on_hand)).toBe(true);
}
