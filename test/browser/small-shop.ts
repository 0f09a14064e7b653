import { anOrder } from '../e2e/api.js';
import { runInEmbedded } from '../support/embedded-database.js';
import { Happenings } from './happenings.js';
import type { Site } from './site.js';
import { freshUid, postOrder } from './visit.js';

/** One of each that a view can show. */
export interface SmallShop {
  /** Has all that an order can have: payments, a parcel that is overdue, notes, other orders of its customer, long texts. */
  readonly orderUid: string;
  readonly customerId: string;
  /** Was refused for one of its fields. */
  readonly letter: number;
  /** The `chrt_id` of a thing with movements. */
  readonly thing: number;
}

const DAY_MS = 86_400_000;
const LONG = 'a text of many words '.repeat(250);

/** Fills the program with a few orders, so that no view is empty and each can be judged. */
export async function openSmallShop(site: Site): Promise<SmallShop> {
  const happens = new Happenings(site);
  const thing = 4_100_001;
  await happens.countStock(thing, 12);
  await happens.countStock(thing + 10, 0);
  const customerId = freshUid();
  const orderUid = await fullOrder(site.url, happens, customerId, thing);
  await postOrder(site.url, { customer_id: customerId });
  const disputed = await postOrder(site.url);
  for (const type of ['captured', 'disputed']) await happens.pay(disputed, type, 1817);
  await happens.isBy(disputed, { payment_status: 'disputed', status: 'confirmed' });
  await runInEmbedded(
    site.dataDir,
    `UPDATE orders_under_way SET since = since - interval '400 hours' WHERE order_uid = '${disputed}'`,
  );
  await happens.refuse(anOrder({ locale: 7 }));
  return { orderUid, customerId, thing, letter: await happens.refuse(anOrder({ sm_id: 'ninety-nine' })) };
}

async function fullOrder(
  url: string,
  happens: Happenings,
  customerId: string,
  thing: number,
): Promise<string> {
  const track = `T${crypto.randomUUID()}`;
  const orderUid = await postOrder(url, {
    customer_id: customerId,
    track_number: track,
    delivery: { address: LONG },
    payment: { amount: 2000 },
    item: { track_number: track, chrt_id: thing, nm_id: thing + 1, name: LONG },
    itemCount: 12,
  });
  await happens.pay(orderUid, 'captured', 2000);
  await happens.pay(orderUid, 'refunded', 317, { reason: 'one was broken' });
  await happens.isBy(orderUid, { payment_status: 'partially_refunded', status: 'confirmed' });
  const promised = new Date(Date.now() - 2 * DAY_MS).toISOString();
  await happens.carry(track, 'accepted', { location: 'Haifa' });
  await happens.carry(track, 'arrived', { location: 'Leipzig', estimated_at: promised });
  await happens.note(orderUid, 'Wants it on Saturday.', 'Ann');
  await happens.isBy(orderUid, { status: 'shipped' });
  return orderUid;
}
