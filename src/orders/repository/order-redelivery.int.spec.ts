import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrderText } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { Order } from '../model/order.js';
import { OrderRepository } from './order.repository.js';
import { orderToStore, type OrderToStore } from './order-to-store.js';
import { StoredOrders } from './stored-orders.js';

/** What Kafka may do with a partition: hand it over in parts, and after a crash from some earlier place again. */
interface Delivery {
  /** How many events the next part has. */
  readonly events: number;
  /** How many of those delivered before come again first. */
  readonly again: number;
}

interface Event {
  readonly order: number;
  readonly content: string;
}

const ORDERS = 3;
const STREAM = 'orders/0';
const FIRST_TIMESTAMP_MS = 1_700_000_000_000;

const events = fc.array(fc.record({ order: fc.nat(ORDERS - 1), content: fc.constantFrom('a', 'b', 'c') }), {
  minLength: 1,
  maxLength: 20,
});
const deliveries = fc.array(fc.record({ events: fc.integer({ min: 1, max: 8 }), again: fc.nat(20) }), {
  minLength: 1,
  maxLength: 12,
});

let house: WaybillDatabase;
let repository: OrderRepository;
let storedOrders: StoredOrders;
let serial = 0;

beforeAll(async () => {
  house = await openWaybillDatabase();
  repository = new OrderRepository();
  storedOrders = new StoredOrders(house.database);
});
afterAll(() => house.drop());

function toStore(run: number, { order, content }: Event, offset: number): OrderToStore {
  const sample = JSON.parse(sampleOrderText()) as Order;
  const incoming = {
    order: { ...sample, order_uid: `run-${run}-${order}`, customer_id: content },
    totalsMatch: true,
    source: { stream: STREAM, offset, timestampMs: FIRST_TIMESTAMP_MS + offset },
  };
  return orderToStore(incoming, Date.now() * 1_000);
}

/** Stores the events as they are delivered, the rest of them in one last part. */
async function deliver(run: number, sent: readonly Event[], parts: readonly Delivery[]): Promise<void> {
  const all = sent.map((event, offset) => toStore(run, event, offset));
  let next = 0;
  for (const { events: count, again } of [...parts, { events: sent.length, again: 0 }]) {
    const batch = all.slice(Math.max(0, next - again), next + count);
    await house.database.transaction((tx) => repository.store(tx, batch));
    next = Math.min(next + count, sent.length);
  }
}

function grouped(sent: readonly Event[]): Map<number, Event[]> {
  const byOrder = new Map<number, Event[]>();
  for (const event of sent) byOrder.set(event.order, [...(byOrder.get(event.order) ?? []), event]);
  return byOrder;
}

/** What each order has to be in the end: its last content, and a version for each change of it. */
function expected(sent: readonly Event[]): { content: string; version: number }[] {
  const byOrder = grouped(sent);
  return [...byOrder]
    .sort(([one], [other]) => one - other)
    .map(([, ofOrder]) => ({
      content: ofOrder.at(-1)!.content,
      version: ofOrder.filter(({ content }, index) => content !== ofOrder[index - 1]?.content).length,
    }));
}

async function stored(run: number): Promise<{ content: string; version: number }[]> {
  const uids = Array.from({ length: ORDERS }, (_, order) => `run-${run}-${order}`);
  const found = await storedOrders.findMany(uids);
  return found
    .sort((one, other) => one.orderUid.localeCompare(other.orderUid))
    .map(({ text, version }) => ({ content: (JSON.parse(text) as Order).customer_id, version }));
}

describe('events that are delivered again', () => {
  it('change nothing: contents and versions are those of a single delivery', async () => {
    await fc.assert(
      fc.asyncProperty(events, deliveries, async (sent, parts) => {
        const run = ++serial;
        await deliver(run, sent, parts);
        expect(await stored(run)).toEqual(expected(sent));
      }),
      { numRuns: 60 },
    );
  });
});
