import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { expect } from 'vitest';
import { CUSTOMER_SCHEMA } from '../../src/customers/model/customer.js';
import { StandInRegistry } from '../../src/platform/avro/registry.fixture.js';
import { anOrder, ask, metric, post, store } from '../e2e/api.js';
import { watch } from '../e2e/event-stream.js';
import { eventually } from '../support/eventually.js';
import { ownTopics } from '../support/own-topics.js';
import type { JsonObject } from '../support/sample-order.js';
import { answersOf } from '../support/schema-answers.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';

const LONG = { timeoutMs: 60_000 };

const putOrder = (url: string, order: JsonObject & { order_uid: string }, etag: string) =>
  ask(`${url}/api/orders/${order.order_uid}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'if-match': etag },
    body: JSON.stringify(order),
  });

interface Sold extends JsonObject {
  order_uid: string;
  payment: { amount: number; currency: string };
  items: [{ chrt_id: number; nm_id: number }];
}

/** A program with Kafka and Redis that has done some of everything that it counts. */
export async function startBusyProgram(brokers: string, redisUrl: string): Promise<WaybillProcess> {
  const { topic, settings } = ownTopics(brokers);
  const registry = await StandInRegistry.start(answersOf(new Map([[1, JSON.stringify(CUSTOMER_SCHEMA)]])));
  const everything = {
    CONTEXTS: 'orders,payments,sensors,tracking,inventory,customers,entries',
    ROLES: 'api,consumer,relay,producer',
    PAYMENTS_TOPIC: `${topic}-payments`,
    PAYMENT_STATUS_TOPIC: `${topic}-payment-status`,
    SENSORS_TOPIC: `${topic}-readings`,
    STOCK_STATUS_TOPIC: `${topic}-stock-status`,
    SENSORS_RETENTION_DAYS: '1',
    DELIVERY_EVENTS_TOPIC: `${topic}-carriers`,
    SHIPMENT_STATUS_TOPIC: `${topic}-shipments`,
    CUSTOMERS_TOPIC: `${topic}-customers`,
    ENTRIES_TOPIC: `${topic}-entries`,
    ENTRIES_REHYDRATE_TOPIC: `${topic}-entries-rehydrate`,
    CUSTOMERS_SCHEMA_REGISTRY_URL: registry.url(),
    CUSTOMERS_WRITES: 'on',
  };
  const waybill = await startWaybill({ env: { ...settings, ...everything, REDIS_URL: redisUrl } });
  void waybill.exited.then(() => registry.stop());
  try {
    await createCustomer(waybill.url);
    await useHttp(waybill.url);
    await keepAnEntry(waybill.url);
    await sellAnOrder(waybill.url);
    await sendEvents(waybill.url, brokers, topic);
    return waybill;
  } catch (error) {
    await waybill.kill();
    throw error;
  }
}

/** Whose snapshot is taken soon after. */
async function createCustomer(url: string): Promise<void> {
  const customer = { accountId: 'acc-1', name: 'N', address: 'A', phone: 'P' };
  expect((await postJson(`${url}/api/users`, customer)).status).toBe(201);
  await eventually(async () => {
    expect(await metric(url, 'waybill_customers_snapshot_age_seconds')).toBeGreaterThanOrEqual(0);
  }, LONG);
}

/** By all that can be asked of one. */
async function keepAnEntry(url: string): Promise<void> {
  const answers = [
    await postJson(`${url}/v1/cache/a`, { value: 1 }),
    await ask(`${url}/v1/cache/a`),
    await ask(`${url}/v1/cache/nobody`),
    await ask(`${url}/v1/cache`),
    await postJson(`${url}/v1/cache/batch/set`, { entries: { b: { value: 2 } } }),
    await postJson(`${url}/v1/cache/batch/get`, { keys: ['a', 'b'] }),
    await ask(`${url}/v1/cache/a`, { method: 'DELETE' }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 404, 200, 200, 200, 204]);
}

async function useHttp(url: string): Promise<void> {
  const stream = await watch(url);
  const order = anOrder();
  const etag = await store(url, order);
  await stream.eventWith(`${order.order_uid}:1`);
  // Its states may move meanwhile, and its ETag with them.
  await eventually(async () => {
    const { headers } = await ask(`${url}/api/orders/${order.order_uid}`);
    expect((await putOrder(url, { ...order, locale: 'pl' }, headers.get('etag')!)).status).toBe(200);
  });
  expect((await putOrder(url, order, etag)).status).toBe(412);
  const answers = [
    await post(url, anOrder({ order_uid: '' })),
    await ask(`${url}/api/orders/${order.order_uid}`),
    await ask(`${url}/api/orders/nobody`),
    await ask(`${url}/api/orders?limit=2`),
    await ask(`${url}/api/orders/test`, { method: 'POST' }),
    await ask(`${url}/api/events`, { method: 'HEAD' }),
    await ask(`${url}/health/ready`),
    await ask(`${url}/`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([400, 200, 404, 200, 202, 200, 200, 200]);
  stream.hangUp();
}

const postJson = (url: string, body: unknown) =>
  ask(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** An order that is reserved, paid for and sent: each context of the shop has something to count. */
async function sellAnOrder(url: string): Promise<void> {
  const sample = anOrder() as unknown as Sold;
  const track_number = sample.order_uid;
  const [item] = sample.items;
  const order = { ...sample, track_number, items: [{ ...item, track_number }] };
  const stock = await ask(`${url}/api/inventory/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: `chrt_id,nm_id,on_hand\n${item.chrt_id},${item.nm_id},5\n`,
  });
  await store(url, order);
  const event = { event_id: order.order_uid, occurred_at: '2021-11-26T06:22:19Z' };
  const { amount, currency } = order.payment;
  const payment = { type: 'captured', order_uid: order.order_uid, transaction: 't', amount, currency };
  const paid = await postJson(`${url}/api/payments/events`, { ...event, ...payment });
  const sent = await postJson(`${url}/api/tracking/events`, { ...event, type: 'accepted', track_number });
  expect([stock, paid, sent].map(({ status }) => status)).toEqual([200, 201, 201]);
  for (const [state, to] of Object.entries({
    status: 'shipped',
    payment_status: 'paid',
    shipment_status: 'shipped',
  })) {
    const labels = [`state="${state}"`, `to="${to}"`];
    await eventually(
      async () => expect(await metric(url, 'waybill_orders_steps_total', ...labels)).toBe(1),
      LONG,
    );
  }
}

async function sendEvents(url: string, brokers: string, topic: string): Promise<void> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const { payment, ...rest } = anOrder();
  const dearer = { ...rest, payment: { ...(payment as JsonObject), amount: 1 } };
  const values = [anOrder(), anOrder({ not_in_the_model: 1 }), dearer, { order_uid: 'refused' }];
  await producer.send({ topic, messages: values.map((value) => ({ value: JSON.stringify(value) })) });
  await producer.disconnect();

  const refused = `topic="${topic}"`;
  await eventually(
    async () => expect(await metric(url, 'waybill_dead_letters_total', refused)).toBe(1),
    LONG,
  );
  const [letter] = JSON.parse((await ask(`${url}/api/dead-letters`)).text) as { id: number }[];
  expect((await ask(`${url}/api/dead-letters/${letter!.id}/replay`, { method: 'POST' })).status).toBe(202);
  await eventually(
    async () => expect(await metric(url, 'waybill_dead_letters_total', refused)).toBe(2),
    LONG,
  );
  await eventually(async () => expect(await metric(url, 'waybill_outbox_pending')).toBe(0), LONG);
}
