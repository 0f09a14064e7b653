import { isDeepStrictEqual } from 'node:util';
import type { FindingKind, Findings } from '../findings.js';
import type { Kept, KeptOrder } from '../kept.js';
import type { ShopOrder } from '../shop.js';
import type { TopicRecord } from '../topic-reader.js';
import { type KeptLife, OWNERS, type Owner } from './kept-life.js';
import { expectedStates } from './life-model.js';
import { type ParcelNews, type Payment, SCARCE } from './life.js';

/** What has happened, by the records of those who told it. */
export interface LifeSources {
  /** Each once, by its id. */
  readonly payments: ReadonlyMap<string, Payment>;
  readonly parcelNews: ReadonlyMap<string, ParcelNews>;
  readonly cancelled: ReadonlySet<string>;
  /** What there would be of each thing if no order had taken any. */
  readonly counted: ReadonlyMap<number, number>;
}

type Orders = ReadonlyMap<string, readonly ShopOrder[]>;

/** What became of an order, for what it holds of stock. */
const HOLDS: ReadonlySet<string> = new Set(['received', 'confirmed', 'packed']);
const HAS_TAKEN: ReadonlySet<string> = new Set(['shipped', 'delivered']);

/** Compares what has happened to orders with what is kept of it, whole; the orders themselves are judged elsewhere. */
export function judgeLife(
  sources: LifeSources,
  orders: Orders,
  kept: Pick<Kept, 'orders'>,
  life: KeptLife,
  findings: Findings,
): void {
  judgeEvents('payment event', sources.payments, life.ledger, findings);
  judgeEvents('carrier event', sources.parcelNews, life.timeline, findings);
  for (const owner of OWNERS) judgeAnnouncements(owner, life, findings);
  judgeStates(sources, orders, kept, true, findings);
  judgeTold(kept, life, findings);
  judgeStock(sources, orders, kept, life, findings);
  if (life.verifyComplains !== undefined) findings.add('stock differs', life.verifyComplains);
}

/** Each that was sent is there once, and nothing else. */
function judgeEvents<Event extends { event_id: string }>(
  what: 'payment event' | 'carrier event',
  sent: ReadonlyMap<string, Event>,
  kept: readonly Event[],
  findings: Findings,
): void {
  const doubled: FindingKind = `${what} doubled`;
  const seen = new Set<string>();
  for (const event of kept) {
    const { event_id: id } = event;
    if (seen.has(id)) findings.add(doubled, id);
    else if (!sent.has(id)) findings.add(doubled, `${id}, which nobody has sent`);
    else if (!isDeepStrictEqual({ ...event }, { ...sent.get(id)! }))
      findings.add('other content', `${what} ${id}`);
    seen.add(id);
  }
  for (const id of sent.keys()) if (!seen.has(id)) findings.add(`${what} lost`, id);
}

/** Numbers from 1 on without a gap, the first of each in order, up to the one that the owner keeps; orders has heard the last. */
function judgeAnnouncements(owner: Owner, { announced, numbers }: KeptLife, findings: Findings): void {
  const seen = new Map<string, Buffer[]>();
  for (const { key: orderUid, value, headers } of announced[owner]) {
    const { order_uid, number } = JSON.parse(value!.toString()) as { order_uid: string; number: number };
    const id = `${owner}:${orderUid}:${number}`;
    if (headers['ce_id'] !== id || order_uid !== orderUid)
      findings.add('announcement out of order', `${headers['ce_id']} is not what it says`);
    const earlier = seen.get(orderUid) ?? [];
    seen.set(orderUid, earlier);
    if (number === earlier.length + 1) earlier.push(value!);
    else if (number > earlier.length + 1)
      findings.add('announcement out of order', `${id} after ${earlier.length}`);
    else if (!earlier[number - 1]!.equals(value!))
      findings.add('announcement out of order', `${id} came with two contents`);
  }
  for (const { number, heard, order_uid: orderUid } of numbers.filter((one) => one.owner === owner)) {
    const told = seen.get(orderUid)?.length ?? 0;
    seen.delete(orderUid);
    for (let missing = told + 1; missing <= number; missing++)
      findings.add('announcement missing', `${owner}:${orderUid}:${missing}`);
    if (told > number)
      findings.add('announcement out of order', `${owner}:${orderUid}: ${told} of ${number}`);
    if (heard !== number)
      findings.add('announcement missing', `orders has heard ${heard} of ${owner}:${orderUid}:${number}`);
  }
  for (const orderUid of seen.keys())
    findings.add('announcement out of order', `${owner} tells of ${orderUid}, of which it knows nothing`);
}

/** @param withShop whether the owners of states are there */
export function judgeStates(
  { payments, parcelNews, cancelled }: Pick<LifeSources, 'payments' | 'parcelNews' | 'cancelled'>,
  orders: Orders,
  kept: Pick<Kept, 'orders'>,
  withShop: boolean,
  findings: Findings,
): void {
  const paid = groupsOf(payments.values(), ({ order_uid }) => order_uid);
  const moved = groupsOf(parcelNews.values(), ({ track_number }) => track_number);
  for (const [orderUid, revisions] of orders) {
    const states = kept.orders.get(orderUid)?.states;
    if (states === undefined) continue;
    const order = revisions.at(-1)!;
    const numbers = new Set(order.items.map(({ track_number }) => track_number));
    const expected = expectedStates({
      order,
      payments: paid.get(orderUid) ?? [],
      parcelNews: [...numbers].flatMap((number) => moved.get(number) ?? []),
      isCancelled: cancelled.has(orderUid),
      withShop,
    });
    const { statuses, ...derived } = expected;
    const { status, payment_status, shipment_status } = states;
    if (!statuses.includes(status))
      findings.add('other state', `${orderUid} is ${status}, not ${statuses.join(' or ')}`);
    for (const [name, is] of Object.entries({ payment_status, shipment_status })) {
      const wanted = derived[name as keyof typeof derived];
      if (is !== wanted) findings.add('other state', `${orderUid} is ${is}, not ${wanted}`);
    }
  }
}

function groupsOf<Event>(events: Iterable<Event>, keyOf: (event: Event) => string): Map<string, Event[]> {
  const groups = new Map<string, Event[]>();
  for (const event of events) {
    const group = groups.get(keyOf(event));
    if (group === undefined) groups.set(keyOf(event), [event]);
    else group.push(event);
  }
  return groups;
}

/** The state that an order has is the one that its owner told last. */
function judgeTold({ orders }: Pick<Kept, 'orders'>, { announced }: KeptLife, findings: Findings): void {
  const told = (records: readonly TopicRecord[], state: string): Map<string, string> => {
    const last = new Map<string, { number: number; state: string }>();
    for (const { key, value } of records) {
      const event = JSON.parse(value!.toString()) as { number: number; [state: string]: unknown };
      if (event.number >= (last.get(key)?.number ?? 0))
        last.set(key, { number: event.number, state: String(event[state]) });
    }
    return new Map([...last].map(([key, one]) => [key, one.state]));
  };
  const payment = told(announced.payments, 'payment_status');
  const shipment = told(announced.tracking, 'shipment_status');
  for (const [orderUid, { states }] of orders) {
    const paid = payment.get(orderUid) ?? 'unpaid';
    const sent = shipment.get(orderUid) ?? 'none';
    if (states.payment_status !== paid || states.shipment_status !== sent)
      findings.add('other state', `${orderUid}: ${paid} and ${sent} was told last`);
  }
}

/** What is there of each thing is what was counted, less what orders hold and have taken; each line of an order is a piece. */
function judgeStock(
  { counted }: LifeSources,
  orders: Orders,
  kept: Pick<Kept, 'orders'>,
  { stock }: KeptLife,
  findings: Findings,
): void {
  const statusOf = (orderUid: string): string => (kept.orders.get(orderUid) as KeptOrder).states.status;
  for (const [thing, pieces] of counted) {
    const wanting = [...orders].flatMap(([orderUid, revisions]) => {
      if (!kept.orders.has(orderUid)) return [];
      const lines = revisions.at(-1)!.items.filter(({ chrt_id }) => chrt_id === thing).length;
      return lines === 0 ? [] : [{ status: statusOf(orderUid), lines }];
    });
    const piecesOf = (of: ReadonlySet<string>): number =>
      wanting.reduce((sum, { status, lines }) => sum + (of.has(status) ? lines : 0), 0);
    const expected = { on_hand: pieces - piecesOf(HAS_TAKEN), reserved: piecesOf(HOLDS) };
    const level = stock.find(({ chrt_id }) => chrt_id === thing);
    if (level?.on_hand !== expected.on_hand || level.reserved !== expected.reserved) {
      findings.add(
        'stock differs',
        `${thing} has ${level?.on_hand}, ${level?.reserved} reserved, not ${expected.on_hand}, ${expected.reserved}`,
      );
    }
    const someHadNone = thing === SCARCE && wanting.some(({ status }) => status === 'cancelled');
    if (someHadNone && level!.reserved < level!.on_hand)
      findings.add('stock differs', `${thing} is left, and some got none`);
  }
}
