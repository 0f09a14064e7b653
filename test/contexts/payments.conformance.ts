import type { INestApplicationContext } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { payments } from '../../src/payments/payments.module.js';
import type { Waybill } from '../../src/waybill.js';
import { anOrder, type Answer, ask, expectProblem, metric, pathsOf, post } from '../e2e/api.js';
import { eventually } from '../support/eventually.js';
import type { ChosenSettings } from '../support/house-of.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { type Heard, HeardPayments, listener } from './listener/listener.module.js';
import { startContexts } from './start-contexts.js';

const WAIT = { timeoutMs: 30_000 };
const SECRETS = [31, 32].map((bytes) => `whsec_${Buffer.alloc(bytes, bytes).toString('base64')}`);

interface Payment {
  event_id: string;
  order_uid: string;
  [field: string]: unknown;
}

interface PaymentsOfOrder {
  payment_status: string;
  waiting: boolean;
  ledger: Payment[];
  [field: string]: unknown;
}

/**
 * Payments, from the topic and over HTTP.
 *
 * @param settings of a test, which choose the transport and names that no other test has
 */
export function paymentsConformance(name: string, settings: () => ChosenSettings): void {
  describe(`payments of orders, over ${name}`, () => {
    let database: WaybillDatabase;
    let waybill: Waybill;
    let url: string;
    let chosen: ChosenSettings;
    let uid: string;

    beforeAll(async () => {
      database = await openWaybillDatabase();
      chosen = { PAYMENTS_WEBHOOK_SECRETS: SECRETS, ...settings() };
      await start();
    });
    // Each test has an order of its own.
    beforeEach(() => void (uid = `o-${randomUUID()}`));
    afterAll(async () => {
      await waybill.stop();
      await database.drop();
    });

    async function start(more: ChosenSettings = {}): Promise<void> {
      waybill = await startContexts(database, { ...chosen, ...more }, [payments, listener]);
      url = waybill.url;
    }

    /** As another program would send it. */
    const send = (topic: string, key: string, value: unknown): Promise<unknown> =>
      database.rows(
        `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
         VALUES ('test', $2, 'test', $1, '{}', convert_to($3, 'UTF8'))`,
        [topic, key, typeof value === 'string' ? value : JSON.stringify(value)],
      );
    const sendPayment = (payment: Payment) =>
      send(chosen.PAYMENTS_TOPIC ?? 'payments', payment.order_uid, payment);

    /** What orders announces; amount and currency are those of its content. */
    const sendOrder = (version: number, fields: object = {}) => {
      const { amount = 100, currency = 'USD', ...others } = fields as { amount?: number; currency?: string };
      return send(chosen.KAFKA_STATUS_TOPIC ?? 'order-status', uid, {
        order_uid: uid,
        version,
        content_version: 1,
        status: 'received',
        payment: { transaction: 'tx-1', amount, currency },
        ...others,
      });
    };

    let second = 0;
    const aPayment = (type: string, amount = 100, fields: object = {}): Payment => ({
      event_id: randomUUID(),
      order_uid: uid,
      transaction: 'tx-1',
      type,
      amount,
      currency: 'USD',
      occurred_at: new Date(Date.UTC(2026, 0, 2, 3, 0, second++)).toISOString(),
      ...fields,
    });

    function signedHeaders(body: string, secret = SECRETS[0]!): Record<string, string> {
      const [id, at] = [randomUUID(), new Date()];
      return {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(secret).sign(id, at, body),
      };
    }
    const postPayment = (payment: object, headers?: Record<string, string>): Promise<Answer> => {
      const body = JSON.stringify(payment);
      return ask(`${url}/api/payments/events`, {
        method: 'POST',
        headers: headers ?? signedHeaders(body),
        body,
      });
    };

    const paymentsOf = async (orderUid = uid): Promise<PaymentsOfOrder> => {
      const { status, text } = await ask(`${url}/api/orders/${orderUid}/payments`);
      expect(status, text).toBe(200);
      return JSON.parse(text) as PaymentsOfOrder;
    };
    const becomes = (fields: object): Promise<void> =>
      eventually(async () => expect(await paymentsOf()).toMatchObject(fields), WAIT);
    const listed = async (query: string): Promise<string[]> => {
      const { status, text } = await ask(`${url}/api/payments?${query}`);
      expect(status, text).toBe(200);
      const uids = (JSON.parse(text) as { order_uid: string }[]).map(({ order_uid }) => order_uid);
      return uids.filter((one) => one.startsWith(uid));
    };
    const countsOfHttp = (): Promise<number[]> =>
      Promise.all(
        ['recorded', 'known', 'conflicting', 'invalid', 'unsigned'].map((outcome) =>
          metric(url, 'waybill_payments_events_total', 'via="http"', `outcome="${outcome}"`),
        ),
      );
    const heard = (): Heard[] =>
      (waybill as unknown as { app: INestApplicationContext }).app
        .get(HeardPayments, { strict: false })
        .all.filter(({ key }) => key === uid);
    const hears = (announcements: object[]): Promise<void> =>
      eventually(() => expect(heard().map(({ value }) => value)).toMatchObject(announcements), WAIT);
    const letters = () =>
      database.rows<{ context: string; reason: string }>(
        `SELECT context, reason FROM dead_letters WHERE convert_from(key, 'UTF8') LIKE $1 || '%' ORDER BY id`,
        [uid],
      );

    it('derive the state of an order from its ledger, and announce whenever it differs', async () => {
      await sendOrder(1);
      const parts = [aPayment('authorized'), aPayment('captured', 60), aPayment('captured', 40)];
      await becomes({ payment_status: 'unpaid', waiting: false, amount: 100, number: 0 });
      for (const part of parts) await sendPayment(part);
      await becomes({
        payment_status: 'paid',
        balance: { currency: 'USD', authorized: 0, captured: 100, net: 100 },
      });
      await sendPayment(parts[1]!); // once more
      await sendPayment(aPayment('failed'));
      const refund = aPayment('refunded', 30);
      await sendPayment(refund);
      const common = { order_uid: uid, content_version: 1, currency: 'USD', charged_back: 0, refund_due: 0 };
      await hears([
        { ...common, number: 1, payment_status: 'authorized', net: 0, cause: parts[0]!.event_id },
        { ...common, number: 2, payment_status: 'partially_paid', net: 60, cause: parts[1]!.event_id },
        { ...common, number: 3, payment_status: 'paid', captured: 100, cause: parts[2]!.event_id },
        { ...common, number: 4, payment_status: 'partially_refunded', net: 70, cause: refund.event_id },
      ]);
      const [first] = heard();
      expect(first!.headers.map(({ name, value }) => [name, String(value)])).toEqual(
        expect.arrayContaining([
          ['ce_id', `payments:${uid}:1`],
          ['ce_type', 'waybill.payment.status'],
          ['ce_source', '/waybill/payments'],
          ['ce_subject', uid],
        ]),
      );
      const { ledger } = await paymentsOf();
      expect(ledger.map(({ type }) => type)).toEqual([
        'authorized',
        'captured',
        'captured',
        'failed',
        'refunded',
      ]);
      expect(ledger[0]).toMatchObject(parts[0]!);
      expect(await letters()).toEqual([]);
    });

    it('are taken over HTTP from whoever signs with one of the secrets, each once', async () => {
      await sendOrder(1);
      const before = await countsOfHttp();
      const payment = aPayment('captured', 100, { provider: 'wbpay', reason: 'Łódź 🚚' });
      const body = JSON.stringify(payment);
      const first = await postPayment(payment);
      expect([first.status, JSON.parse(first.text)]).toEqual([
        201,
        { event_id: payment.event_id, order_uid: uid, outcome: 'recorded' },
      ]);
      const again = await postPayment(payment, signedHeaders(body, SECRETS[1]));
      expect([again.status, JSON.parse(again.text)]).toMatchObject([200, { outcome: 'known' }]);
      await becomes({ payment_status: 'paid', ledger: [payment] });
      const conflict = expectProblem(await postPayment({ ...payment, amount: 99 }), 409);
      expect(pathsOf(conflict)).toEqual(['event_id']);
      const faulty = await postPayment({ ...payment, amount: -1, type: 'paid', fee: 1 });
      expect(pathsOf(expectProblem(faulty, 400))).toEqual(['type', 'amount', 'fee']);
      for (const headers of [
        { 'content-type': 'application/json' },
        { ...signedHeaders(body), 'webhook-signature': 'v1,AAAA' },
        signedHeaders(`${body} `),
      ]) {
        const refused = await postPayment(payment, headers);
        expect(refused.headers.get('www-authenticate')).toBe('StandardWebhooks');
        expectProblem(refused, 401);
      }
      expect((await paymentsOf()).ledger).toHaveLength(1);
      const counts = await countsOfHttp();
      expect(counts.map((count, index) => count - before[index]!)).toEqual([1, 1, 1, 1, 3]);
    });

    it('are taken without a secret from this machine alone', async () => {
      await waybill.stop();
      await start({ PAYMENTS_WEBHOOK_SECRETS: [] });
      const plain = { 'content-type': 'application/json' };
      expect((await postPayment(aPayment('captured'), plain)).status).toBe(201);
      for (const proxied of [{ 'x-forwarded-for': '203.0.113.7' }, { forwarded: 'for=203.0.113.7' }]) {
        expectProblem(await postPayment(aPayment('captured'), { ...plain, ...proxied } as never), 403);
      }
      expect((await paymentsOf()).ledger).toHaveLength(1);
      await waybill.stop();
      await start();
    });

    it('that cannot be, or have the id of another one, become dead letters of payments', async () => {
      const payment = aPayment('captured');
      await sendPayment(payment);
      await becomes({ ledger: [payment] });
      await sendPayment({ ...payment, amount: 99 });
      await sendPayment({ ...payment, order_uid: `${uid}-other` });
      await sendPayment({ ...payment, event_id: randomUUID(), type: 'paid' });
      await send(chosen.KAFKA_STATUS_TOPIC ?? 'order-status', uid, { order_uid: uid, version: 1 });
      await eventually(async () => expect(await letters()).toHaveLength(4), WAIT);
      const all = await letters();
      expect(all.map(({ context }) => context)).toEqual(Array(4).fill('payments'));
      expect(all.map(({ reason }) => reason).sort()).toEqual([
        'event_id is that of another payment event, with other content',
        'event_id is that of another payment event, with other content',
        expect.stringMatching(/^status is missing: .*; payment is missing/),
        expect.stringMatching(/^type must be one of authorized, captured/),
      ]);
      expect(await paymentsOf()).toMatchObject({ ledger: [payment], waiting: true });
      expect((await ask(`${url}/api/orders/${uid}-other/payments`)).status).toBe(404);
    });

    it('wait for their order, however long, and through a restart', async () => {
      const [captured, refunded] = [aPayment('captured'), aPayment('refunded', 40)];
      expect((await postPayment(captured)).status).toBe(201);
      await sendPayment(refunded);
      await becomes({
        waiting: true,
        payment_status: 'partially_refunded',
        content_version: 0,
        amount: null,
      });
      expect(await listed('waiting=true')).toEqual([uid]);
      expect(await listed('waiting=false')).toEqual([]);
      await waybill.stop();
      await start();
      await sendOrder(1, { amount: 60 });
      const state = { payment_status: 'paid', captured: 100, refunded: 40, net: 60 };
      await hears([{ number: 1, content_version: 1, cause: `${uid}:1`, ...state }]);
      expect(await listed('waiting=true')).toEqual([]);
      expect(await listed('')).toEqual([uid]);
    });

    it('are weighed anew when the content of the order changes, and tell what is due when it is called off', async () => {
      await sendOrder(1);
      await sendPayment(aPayment('captured'));
      await becomes({ payment_status: 'paid' });
      await sendOrder(2, { status: 'confirmed' });
      await sendOrder(3, { status: 'confirmed', content_version: 2, amount: 160 });
      await becomes({ payment_status: 'partially_paid', content_version: 2 });
      await sendOrder(2, { status: 'confirmed' }); // once more, and late
      await sendPayment(aPayment('authorized', 60, { transaction: 'tx-2' }));
      await becomes({ ledger: [{}, {}], balance: { authorized: 60 }, payment_status: 'partially_paid' });
      await sendOrder(4, { status: 'cancelled', content_version: 2, amount: 160 });
      await becomes({ refund_due: 100, void_due: 60, order_status: 'cancelled' });
      expect(await listed('due=refund')).toEqual([uid]);
      expect(await listed('due=void&status=partially_paid,paid')).toEqual([uid]);
      await sendPayment(aPayment('refunded'));
      await sendPayment(aPayment('voided', 60, { transaction: 'tx-2' }));
      await hears([
        { number: 1, payment_status: 'paid', content_version: 1 },
        { number: 2, payment_status: 'partially_paid', content_version: 2, cause: `${uid}:3` },
        { number: 3, refund_due: 100, void_due: 60, cause: `${uid}:4` },
        { number: 4, payment_status: 'refunded', refund_due: 0, void_due: 60 },
        { number: 5, payment_status: 'refunded', refund_due: 0, void_due: 0 },
      ]);
      expect(await listed('due=refund,void')).toEqual([]);
    });

    it('of a real order are those of what it says of itself', async () => {
      const order = anOrder({ order_uid: uid });
      const { amount, currency } = order['payment'] as { amount: number; currency: string };
      expect((await post(url, order)).status).toBe(201);
      await becomes({ waiting: false, amount, balance: { currency }, payment_status: 'unpaid' });
      expect((await postPayment(aPayment('captured', amount, { currency }))).status).toBe(201);
      await hears([{ number: 1, payment_status: 'paid', net: amount, content_version: 1 }]);
    });

    it('are listed page by page, the last order that was heard of first', async () => {
      const uids = ['a', 'b', 'c'].map((letter) => `${uid}-${letter}`);
      for (const order_uid of uids) {
        expect((await postPayment(aPayment('captured', 1, { order_uid }))).status).toBe(201);
      }
      const pages: string[][] = [];
      let next = '/api/payments?limit=2&status=partially_paid&waiting=true';
      while (next !== '') {
        const { text, headers } = await ask(url + next);
        pages.push((JSON.parse(text) as Payment[]).map(({ order_uid }) => order_uid));
        next = /<(.*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? '';
      }
      // The last that was heard of comes first, those of other tests after them.
      expect(pages[0]).toEqual([uids[2], uids[1]]);
      expect(pages[1]![0]).toBe(uids[0]);
      const all = pages.flat();
      expect(new Set(all).size).toBe(all.length);
      const counted = await ask(`${url}/api/counts/payments?status=partially_paid&waiting=true`);
      expect(JSON.parse(counted.text)).toEqual({ count: all.length, exact: true });
      expect(
        pathsOf(expectProblem(await ask(`${url}/api/counts/payments?status=payed&limit=1`), 400)),
      ).toEqual(['status', 'limit']);
      const wrong = await ask(`${url}/api/payments?status=payed&due=both&waiting=1&cursor=x&order=1`);
      expect(pathsOf(expectProblem(wrong, 400))).toEqual(['cursor', 'status', 'due', 'waiting', 'order']);
    });

    it('of nobody knows what are not there', async () => {
      expectProblem(await ask(`${url}/api/orders/${uid}/payments`), 404);
      expect(pathsOf(expectProblem(await ask(`${url}/api/orders/a.b/payments`), 400))).toEqual(['order_uid']);
    });
  });
}
