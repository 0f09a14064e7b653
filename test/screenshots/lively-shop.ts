import { LIFE_KIND_NAMES, type LifeKindName } from '../../src/orders/producer/lives/life-kinds.js';
import { sendEvents } from '../support/embedded-database.js';
import { eventually } from '../support/eventually.js';
import { sampleEvents } from '../support/sample-order.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import { type SeededLife, seededLives } from './seeded-orders.js';
import { send, tell } from './tell.js';

const SEED = 20_261;
const LIVES = 85;
/** Every so many-th thing is counted, so that there are levels to look at, and orders that hold pieces. */
const COUNTED_OF = 3;
const TAKEN_MS = 60_000;

/** Whose orders a reader is shown, by the kind of their life. */
export type ShownOrders = Readonly<Record<LifeKindName, string>>;

/**
 * Fills the program with the orders of some days, in all states, with payments, parcels, stock, refused events and notes.
 *
 * @returns an order of each kind of life, at the end of it
 */
export async function fillShop(waybill: WaybillProcess): Promise<ShownOrders> {
  const lives = seededLives(SEED, LIVES, new Date(), LIFE_KIND_NAMES);
  await countStock(waybill.url, lives);
  // Oldest first and one after the other, as they would have come.
  for (const { events } of lives) for (const event of events) await tell(waybill.url, event);
  await refuseSome(waybill, lives);
  const shown = Object.fromEntries(
    lives.filter(({ isEnded }) => isEnded).map(({ kind, order }) => [kind, order.order_uid]),
  ) as ShownOrders;
  await note(
    waybill.url,
    shown.captured_twice,
    'Caller says that the bank shows two charges. Asked the provider.',
    'mila',
  );
  await note(waybill.url, shown.tour, 'Door code is 4711, told to the carrier.', 'jonas');
  await statesOf(waybill.url, shown.tour, 'returned');
  return shown;
}

async function countStock(url: string, lives: readonly SeededLife[]): Promise<void> {
  const items = lives.flatMap(({ order }) => order.items).filter((_, n) => n % COUNTED_OF === 0);
  let pieces = 0;
  for (const { chrt_id, nm_id } of items) {
    pieces = (pieces * 7 + 3) % 41;
    await send(`${url}/api/inventory/${chrt_id}`, 'PUT', JSON.stringify({ nm_id, on_hand: 1 + pieces }));
  }
}

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

const note = (url: string, orderUid: string, text: string, author: string): Promise<void> =>
  send(`${url}/api/orders/${orderUid}/notes`, 'POST', JSON.stringify({ text, author }));

async function statesOf(url: string, orderUid: string, status: string): Promise<void> {
  await eventually(
    async () => {
      const { headers } = await fetch(`${url}/api/orders/${orderUid}`);
      if (headers.get('x-order-status') !== status) throw new Error(`${orderUid} is not ${status} yet`);
    },
    { timeoutMs: TAKEN_MS },
  );
}
