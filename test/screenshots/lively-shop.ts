import type { Order } from '../../src/orders/model/order.js';
import { LIFE_KIND_NAMES, type LifeKindName } from '../../src/orders/producer/lives/life-kinds.js';
import type { LifeEvent } from '../../src/orders/producer/lives/life-plan.js';
import { rowsInEmbedded, sendEvents } from '../support/embedded-database.js';
import { eventually } from '../support/eventually.js';
import { sampleEvents } from '../support/sample-order.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import { backDate, type Told } from './back-dating.js';
import { longOrder } from './long-order.js';
import { freshOrders, type SeededLife, seededLives } from './seeded-orders.js';
import { send, tell } from './tell.js';

const SEED = 20_261;
const FRESH_SEED = 1_126;
const LIVES = 85;
const FRESH = 6;
/** Events of different lives that are told beside each other. */
const AT_ONCE = 4;
/** Every so many-th thing is counted, so that there are levels to look at, and orders that hold pieces. */
const COUNTED_OF = 3;
const TAKEN_MS = 60_000;
const MINUTE_MS = 60_000;
const LONG_AGO_MS = 7 * 24 * 60 * MINUTE_MS;
/** Between what was the last to happen of an order and what somebody notes of it. */
const NOTED_AFTER_MS = 6 * MINUTE_MS;

/** What a reader is shown of the shop. */
export interface Shop {
  /** An order of each kind of life, at the end of it. */
  readonly orders: Readonly<Record<LifeKindName, string>>;
  /** Something of it was not there when it came. */
  readonly outOfStock: string;
  /** Nothing but the order itself has come. */
  readonly fresh: string;
  /** Texts of it are as long as texts may be. */
  readonly long: string;
  /** A dead letter of which one field is faulty. */
  readonly letter: number;
  /** Something that was counted, adjusted, held by an order and sent. */
  readonly thing: number;
}

/** Fills the program with the orders of some days, in all states, with payments, parcels, stock, refused events and notes. */
export async function fillShop(waybill: WaybillProcess): Promise<Shop> {
  const { url, dataDir } = waybill;
  const now = new Date();
  const lives = seededLives(SEED, LIVES, now, LIFE_KIND_NAMES);
  const fresh = freshOrders(FRESH_SEED, FRESH, now);
  const ended = lives.filter(({ isEnded }) => isEnded);
  const orders = Object.fromEntries(
    ended.map(({ kind, order }) => [kind, order.order_uid]),
  ) as Shop['orders'];
  const thing = ended.find(({ kind }) => kind === 'prompt')!.order.items[0]!;
  const missing = fresh[0]!.items[0]!;

  await countStock(url, lives);
  await count(url, thing, 24);
  await count(url, missing, 0);
  const told = await leadAll(waybill, lives);
  for (const order of fresh.toReversed()) told.push(await come(url, order));
  const long = longOrder(new Date(now.getTime() - LONG_AGO_MS));
  told.push(await come(url, long));
  await refuseSome(waybill, lives);
  for (const [uid, text, author] of [
    [orders.captured_twice, 'Caller says that the bank shows two charges. Asked the provider.', 'mila'],
    [orders.captured_twice, 'Provider confirms: charged twice. Refund asked for, 3 to 5 days.', 'jonas'],
    [orders.tour, 'Door code is 4711, told to the carrier.', 'jonas'],
  ] as const) {
    told.push(await note(url, told, uid, text, author));
  }
  await statesOf(url, orders.tour, 'returned');
  await backDate(dataDir, told);
  await adjust(url, thing.chrt_id, -2, 'Two were damaged on the shelf');
  await adjust(url, thing.chrt_id, 40, 'Delivery of the week');
  return {
    orders,
    outOfStock: fresh[0]!.order_uid,
    fresh: fresh[1]!.order_uid,
    long: long.order_uid,
    letter: await letterOf(url, 'payment.amount'),
    thing: thing.chrt_id,
  };
}

/**
 * Tells the first event of all lives, then the second of all, and so on: what comes of an event has come by the time that the
 * next one of its life is told, as it has in a shop.
 *
 * @returns what was told when, as it came about
 */
async function leadAll({ url, dataDir }: WaybillProcess, lives: readonly SeededLife[]): Promise<Told[]> {
  const told: Told[] = [];
  const longest = Math.max(...lives.map(({ passed }) => passed.length));
  for (let step = 0; step < longest; step++) {
    const left = lives.values();
    const lead = async (): Promise<void> => {
      for (const { order, passed } of left) {
        const next = passed[step];
        if (next === undefined) continue;
        const happenedAt = new Date(Date.parse(order.date_created) + next.atMs);
        told.push({ ...now(order.order_uid), happenedAt });
        await tell(url, next.event);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lead));
    await passedOn(dataDir);
  }
  return told;
}

/** Resolves once no event waits to be passed on. */
async function passedOn(dataDir: string): Promise<void> {
  await eventually(
    async () => {
      const left = await rowsInEmbedded(dataDir, 'SELECT FROM outbox LIMIT 1');
      if (left.length > 0) throw new Error('events wait to be passed on');
    },
    { timeoutMs: TAKEN_MS },
  );
}

async function come(url: string, order: Order): Promise<Told> {
  const told = { ...now(order.order_uid), happenedAt: new Date(order.date_created) };
  await tell(url, { to: 'orders', order } satisfies LifeEvent);
  return told;
}

const now = (orderUid: string): Pick<Told, 'orderUid' | 'toldAt'> => ({ orderUid, toldAt: new Date() });

async function countStock(url: string, lives: readonly SeededLife[]): Promise<void> {
  const items = lives.flatMap(({ order }) => order.items).filter((_, n) => n % COUNTED_OF === 0);
  let pieces = 0;
  for (const item of items) {
    pieces = (pieces * 7 + 3) % 41;
    await count(url, item, 1 + pieces);
  }
}

const count = (
  url: string,
  { chrt_id, nm_id }: { chrt_id: number; nm_id: number },
  onHand: number,
): Promise<void> =>
  send(`${url}/api/inventory/${chrt_id}`, 'PUT', JSON.stringify({ nm_id, on_hand: onHand }));

const adjust = (url: string, chrtId: number, delta: number, reason: string): Promise<void> =>
  send(`${url}/api/inventory/${chrtId}/adjustments`, 'POST', JSON.stringify({ delta, reason }));

async function refuseSome({ dataDir, url }: WaybillProcess, lives: readonly SeededLife[]): Promise<void> {
  const faulty = sampleEvents().filter(({ verdict }) => verdict === 'dead-letter');
  const [{ order }] = lives as [SeededLife];
  const nearly = JSON.stringify({
    ...order,
    order_uid: `${order.order_uid}0`,
    payment: { ...order.payment, amount: '1817' },
  });
  await sendEvents(dataDir, ...faulty.map(({ raw }) => raw), nearly);
  await eventually(
    async () => {
      const letters = (await (await fetch(`${url}/api/dead-letters`)).json()) as unknown[] | object;
      if (Array.isArray(letters) && letters.length > faulty.length) return;
      throw new Error('not all of them are refused yet');
    },
    { timeoutMs: TAKEN_MS },
  );
}

/** @returns id of the newest dead letter that has this in its reason */
async function letterOf(url: string, reason: string): Promise<number> {
  const answer = await fetch(`${url}/api/dead-letters?limit=1&reason=${encodeURIComponent(reason)}`);
  const [letter] = (await answer.json()) as { id: number }[];
  return letter!.id;
}

/** @param told all that was told so far */
async function note(
  url: string,
  told: readonly Told[],
  orderUid: string,
  text: string,
  author: string,
): Promise<Told> {
  const last = told.findLast((one) => one.orderUid === orderUid)!;
  const noted = { ...now(orderUid), happenedAt: new Date(last.happenedAt.getTime() + NOTED_AFTER_MS) };
  await send(`${url}/api/orders/${orderUid}/notes`, 'POST', JSON.stringify({ text, author }));
  return noted;
}

async function statesOf(url: string, orderUid: string, status: string): Promise<void> {
  await eventually(
    async () => {
      const { headers } = await fetch(`${url}/api/orders/${orderUid}`);
      if (headers.get('x-order-status') !== status) throw new Error(`${orderUid} is not ${status} yet`);
    },
    { timeoutMs: TAKEN_MS },
  );
}
