import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { Rates } from '../../src/orders/service/order-rates.js';
import { ask } from '../e2e/api.js';
import { watch } from '../e2e/event-stream.js';
import { eventually } from '../support/eventually.js';
import { quickestMs } from '../support/quickest.js';
import { sampleEvents, sampleOrder, sampleOrderText } from '../support/sample-order.js';
import { useTier } from '../support/tiers.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import {
  createPipeline,
  getOrder,
  headersOf,
  isKcatInstalled,
  messageOf,
  orderWith,
  type Pipeline,
  sendWithKcat,
} from './order-pipeline.harness.js';

const kafka = useTier('kafka');
const SAMPLE_FILE = fileURLToPath(new URL('../samples/order.json', import.meta.url));
const LONG = { timeoutMs: 60_000 };
const SOON_MS = 1_000;

/** The field that the reason of a refused sample names; an empty one: the whole message is at fault. */
const FAULTY_FIELDS: Record<string, string> = {
  'not-json': 'must be JSON',
  empty: 'empty value',
  null: 'must be an object',
  array: 'must be an object',
  number: 'must be an object',
  string: 'must be an object',
  deep: 'nested deeper than 64',
  'no-uid': 'order_uid',
  'empty-uid': 'order_uid',
  'uid-with-slash': 'order_uid',
  'uid-too-long': 'order_uid',
  'no-items': 'items',
  'empty-items': 'items',
  'items-not-list': 'items',
  'item-null': 'items[0]',
  'no-payment': 'payment',
  'payment-null': 'payment',
  'no-delivery': 'delivery',
  'amount-negative': 'payment.amount',
  'amount-fraction': 'payment.amount',
  'amount-string': 'payment.amount',
  'amount-unsafe': 'payment.amount',
  'currency-unknown': 'payment.currency',
  'email-bad': 'delivery.email',
  'date-bad': 'date_created',
  'date-impossible': 'date_created',
  'sale-over-100': 'items[0].sale',
  'nul-character': 'delivery.name',
};

describe.skipIf(kafka.skipped)('orders from Kafka', () => {
  let pipeline: Pipeline;

  afterEach(() => pipeline.close());

  it('are stored, answered and told of within a second; the same one again changes nothing', async () => {
    pipeline = await createPipeline(kafka.brokers);
    const program = await pipeline.start();
    const status = await pipeline.tap(pipeline.statusTopic);
    const sample = sampleOrder();
    const uid = sample['order_uid'] as string;
    const withKcat = await isKcatInstalled();
    const sendSample = (): Promise<unknown> =>
      withKcat
        ? sendWithKcat(kafka.brokers, pipeline.topic, SAMPLE_FILE)
        : pipeline.send([{ key: null, value: sampleOrderText() }]);

    await sendSample();
    await eventually(async () => expect(await getOrder(program, uid)).toEqual(sample));
    for (const table of ['orders', 'deliveries', 'payments', 'items']) {
      const { rows } = await pipeline.db.query(`SELECT * FROM ${table} WHERE order_uid = $1`, [uid]);
      expect(rows, table).toHaveLength(1);
    }
    const { rows: before } = await pipeline.db.query('SELECT * FROM orders');

    await sendSample();
    const markers: string[] = [];
    const tookMs = await quickestMs(SOON_MS, async (n) => {
      markers.push(`marker-${n}`);
      await pipeline.send([messageOf(orderWith(`marker-${n}`))]);
      await eventually(() => getOrder(program, `marker-${n}`));
    });
    expect(tookMs).toBeLessThan(SOON_MS);
    expect((await pipeline.db.query(`SELECT * FROM orders WHERE order_uid = $1`, [uid])).rows).toEqual(
      before,
    );

    const ids = [uid, ...markers].map((one) => `${one}:1`);
    await eventually(async () => {
      expect((await status.caughtUp()).map((record) => headersOf(record)['ce_id'])).toContain(ids.at(-1));
    });
    expect(status.records.map((record) => headersOf(record)['ce_id'])).toEqual(ids);
    const [event] = status.records;
    expect(event!.key?.toString()).toBe(uid);
    expect(headersOf(event!)).toEqual({
      ce_specversion: '1.0',
      ce_id: `${uid}:1`,
      ce_source: '/waybill/orders',
      ce_type: 'waybill.order.received',
      ce_subject: uid,
      ce_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      'content-type': 'application/json',
      ce_etag: expect.stringMatching(/^"v1-[0-9a-f]{16}-000"$/) as string,
      ce_contentversion: '1',
    });
    expect(JSON.parse(event!.value!.toString())).toMatchObject({
      order_uid: uid,
      status: 'received',
      version: 1,
      payment: { amount: 1817, currency: 'USD' },
    });
  });

  it('get the states that others announce, in every process, and a stream goes on in another one', async () => {
    pipeline = await createPipeline(kafka.brokers);
    const [one, other] = await Promise.all([pipeline.start(), pipeline.start()]);
    const uid = `announced-${Date.now()}`;
    const [stream, beside] = [await watch(one.url), await watch(other.url)];
    await pipeline.send([messageOf(orderWith(uid))]);
    const seen = await stream.eventWith(`${uid}:1`);
    stream.hangUp();
    const answers = () => Promise.all([one, other].map(({ url }) => ask(`${url}/api/orders/${uid}`)));
    await eventually(async () => expect((await answers()).map(({ status }) => status)).toEqual([200, 200]));
    const paymentStatus = pipeline.settings['PAYMENT_STATUS_TOPIC'];
    const announcement = { order_uid: uid, number: 1, payment_status: 'paid', content_version: 1 };
    await pipeline.send([{ key: uid, value: JSON.stringify(announcement) }], paymentStatus);
    await eventually(async () => {
      for (const { headers } of await answers()) {
        expect(headers.get('x-payment-status')).toBe('paid');
        expect(headers.get('x-cache')).toBe('HIT');
      }
    });
    // Who has taken the announcement in answers with it before the event comes back to it.
    await beside.eventWith(`${uid}:2`);
    beside.hangUp();
    const elsewhere = await watch(other.url, '/api/events', { 'last-event-id': seen.id });
    await eventually(() => expect(elsewhere.events.map(({ event }) => event)).toEqual(['reset']));
    elsewhere.hangUp();
    const again = await watch(one.url, '/api/events', { 'last-event-id': seen.id });
    await again.eventWith(`${uid}:2`);
    expect(again.events.map(({ event, data }) => [event, data.version])).toEqual([['order-status', 2]]);
    again.hangUp();
  });

  it('are judged one by one: what is wrong among them is refused, and the others are stored', async () => {
    pipeline = await createPipeline(kafka.brokers);
    const program = await pipeline.start();
    const events = sampleEvents();
    await pipeline.send([
      messageOf(orderWith('good-first')),
      ...events.map(({ name, raw }) => ({ key: name, value: Buffer.from(raw), headers: { sample: name } })),
      messageOf(orderWith('good-last')),
    ]);
    await eventually(() => getOrder(program, 'good-last'));
    expect(await getOrder(program, 'good-first')).toEqual(orderWith('good-first'));

    const { rows } = await pipeline.db.query<{ key: Buffer; value: Buffer; reason: string; offset: string }>(
      'SELECT * FROM dead_letters WHERE topic = $1 AND partition = 0 ORDER BY "offset"',
      [pipeline.topic],
    );
    const refused = events.filter(({ verdict }) => verdict === 'dead-letter');
    expect(rows.map(({ key }) => key.toString())).toEqual(refused.map(({ name }) => name));
    expect(Object.keys(FAULTY_FIELDS).sort()).toEqual(refused.map(({ name }) => name).sort());
    for (const [index, { name, raw }] of refused.entries()) {
      const { value, reason, offset } = rows[index]!;
      expect(value.equals(Buffer.from(raw)), name).toBe(true);
      expect(reason, name).toContain(FAULTY_FIELDS[name]);
      expect(Number(offset), name).toBe(1 + events.findIndex((event) => event.name === name));
    }
    for (const { name, raw, verdict } of events) {
      if (verdict === 'accepted')
        await getOrder(program, (JSON.parse(raw) as { order_uid: string }).order_uid);
      else expect(rows.some(({ key }) => key.toString() === name)).toBe(true);
    }

    const copies = await pipeline.tap(pipeline.deadLetterTopic);
    await eventually(async () => expect(await copies.caughtUp()).toHaveLength(refused.length));
    const byKey = new Map(copies.records.map((record) => [record.key?.toString(), record]));
    for (const [index, { name, raw }] of refused.entries()) {
      const copy = byKey.get(name)!;
      expect(copy.value!.equals(Buffer.from(raw)), name).toBe(true);
      expect(headersOf(copy), name).toMatchObject({
        origin_topic: pipeline.topic,
        origin_partition: '0',
        origin_offset: rows[index]!.offset,
        error: rows[index]!.reason,
        attempts: '1',
      });
    }
  });

  it('are shared by two programs of one group, each stored once, and news of a change reaches both', async () => {
    pipeline = await createPipeline(kafka.brokers, { partitions: 4 });
    const [first, second] = [await pipeline.start(), await pipeline.start()];
    await eventually(async () => {
      const { groups } = await pipeline.admin.describeGroups([pipeline.group]);
      expect(groups[0]).toMatchObject({ state: 'Stable', members: { length: 2 } });
    }, LONG);

    const uids = Array.from({ length: 600 }, (_, n) => `shared-${n}`);
    await pipeline.send(uids.map((uid) => messageOf(orderWith(uid))));
    await eventually(async () => expect(await countOrders()).toBe(uids.length), LONG);
    // A program counts a batch once it has heard of its commit.
    await eventually(async () => {
      const shares = [await storedBy(first), await storedBy(second)];
      expect(Math.min(...shares)).toBeGreaterThan(0);
      expect(shares[0]! + shares[1]!).toBe(uids.length);
    });

    const status = await pipeline.tap(pipeline.statusTopic);
    await eventually(async () => expect(await status.caughtUp()).toHaveLength(uids.length), LONG);
    expect(new Set(status.records.map((record) => headersOf(record)['ce_id'])).size).toBe(uids.length);

    // Both hold the order in memory; the change goes through one of them.
    for (const program of [first, second]) await getOrder(program, 'shared-0');
    const changed = orderWith('shared-0', { customer_id: 'changed' });
    const answer = await fetch(`${first.url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(changed),
    });
    expect(answer.status).toBe(200);
    expect(await getOrder(first, 'shared-0')).toEqual(changed);
    await eventually(async () => expect(await getOrder(second, 'shared-0')).toEqual(changed));

    // Nobody knows all of the five seconds that a program began to listen in: only what comes after them is counted for sure.
    for (const program of [first, second]) {
      await eventually(async () => expect((await ratesOf(program)).changes_out.at(-1)).not.toBeNull(), LONG);
    }
    await pipeline.send([messageOf(orderWith('shared-0', { customer_id: 'changed again' }))]);
    for (const program of [first, second]) {
      await eventually(async () => {
        const { changes_out } = await ratesOf(program);
        expect(Math.max(...changes_out.map((changes) => changes ?? 0))).toBeGreaterThan(0);
      });
    }
  });

  async function countOrders(): Promise<number> {
    const { rows } = await pipeline.db.query<{ count: number }>('SELECT count(*)::int FROM orders');
    return rows[0]!.count;
  }
});

async function ratesOf(program: WaybillProcess): Promise<Rates> {
  return JSON.parse((await ask(`${program.url}/api/rates`)).text) as Rates;
}

/** Orders that a program has stored from Kafka, as its own metrics tell. */
async function storedBy(program: WaybillProcess): Promise<number> {
  const metrics = await (await fetch(`${program.url}/metrics`)).text();
  const line = /^waybill_orders_received_total\{via="kafka",outcome="stored"\} (\d+)$/m.exec(metrics);
  return Number(line?.[1] ?? 0);
}
