import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectDatabaseErrors } from '../support/database-errors.js';
import { eventually } from '../support/eventually.js';
import type { JsonObject } from '../support/sample-order.js';
import { SHOP, startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, expectProblem, post, store, type Answer } from './api.js';
import { hold } from '../support/embedded-database.js';

// lock_not_available
expectDatabaseErrors('55P03');

/** Far from the 25 s that a statement has, and from what a busy machine needs. */
const SOON_MS = 8_000;
const OTHERS = 60;

let waybill: WaybillProcess;
beforeAll(async () => {
  waybill = await startWaybill({ env: SHOP });
});
afterAll(() => waybill.stop());

interface TimedAnswer extends Answer {
  afterMs: number;
}

async function timed(answering: Promise<Answer>): Promise<TimedAnswer> {
  const startedAt = performance.now();
  const answer = await answering;
  return { ...answer, afterMs: performance.now() - startedAt };
}

const changed = (order: JsonObject): JsonObject => ({ ...order, locale: 'pl' });

describe('an order that somebody else has locked', () => {
  it.each([
    ['its row', (uid: string) => `SELECT FROM orders WHERE order_uid = '${uid}' FOR UPDATE`],
    ['its row, changed', (uid: string) => `UPDATE orders SET locale = 'de' WHERE order_uid = '${uid}'`],
    ['the row of its delivery', (uid: string) => `DELETE FROM deliveries WHERE order_uid = '${uid}'`],
    ['the row of an item', (uid: string) => `UPDATE items SET sale = 1 WHERE order_uid = '${uid}'`],
  ])('costs its callers a 503, and nobody else anything: %s', async (_name, statement) => {
    const locked = anOrder();
    const known = Array.from({ length: 5 }, () => anOrder());
    for (const order of [locked, ...known]) await store(waybill.url, order);
    const lock = await hold(waybill.dataDir, statement(locked.order_uid));
    try {
      // Twice, since what is known to be locked is kept out of batches then.
      for (let round = 0; round < 2; round++) {
        const others = [
          ...known.map((order) => ({ ...order, locale: `r${round}` })),
          ...Array.from({ length: OTHERS }, () => anOrder()),
        ];
        const answering = [
          ...Array.from({ length: 3 }, () => timed(post(waybill.url, changed(locked)))),
          ...others.map((order) => timed(post(waybill.url, order))),
        ];
        const [first, second, third, ...answers] = await Promise.all(answering);
        for (const refused of [first!, second!, third!]) {
          expectProblem(refused, 503);
          expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
        }
        expect(answers.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
        expect(Math.max(...answers.map(({ afterMs }) => afterMs))).toBeLessThan(SOON_MS);
      }
    } finally {
      await lock.release();
    }
    await eventually(async () => expect((await post(waybill.url, changed(locked))).status).toBe(200));
  });

  it('also where it is only about to be stored by somebody else', async () => {
    const { order_uid, ...fields } = anOrder();
    const columns =
      'track_number, entry, locale, internal_signature, customer_id, delivery_service, shardkey';
    const lock = await hold(
      waybill.dataDir,
      `INSERT INTO orders (order_uid, ${columns}, sm_id, date_created, oof_shard, created_at, status, version,
                           content_hash, totals_match, received_at, updated_at)
       VALUES ('${order_uid}', '', '', '', '', '', '', '', 1, '', '', now(), 'received', 1, '', true, now(), now())`,
    );
    const [refused, ...answers] = await Promise.all(
      [{ order_uid, ...fields }, ...Array.from({ length: OTHERS }, () => anOrder())].map((order) =>
        timed(post(waybill.url, order)),
      ),
    );
    await lock.release();
    expectProblem(refused!, 503);
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    await eventually(async () => {
      expect((await post(waybill.url, { order_uid, ...fields })).status).toBe(201);
    });
  });

  it('also where it is the row of its Idempotency-Key', async () => {
    const order = anOrder();
    const lock = await hold(
      waybill.dataDir,
      `INSERT INTO idempotency_keys (key, fingerprint, locked_until) VALUES ('held', '', now())`,
    );
    const [refused, ...answers] = await Promise.all([
      timed(post(waybill.url, order, { 'idempotency-key': '"held"' })),
      ...Array.from({ length: OTHERS }, (_, n) =>
        timed(post(waybill.url, anOrder(), n % 2 === 0 ? {} : { 'idempotency-key': `"free-${n}"` })),
      ),
    ]);
    await lock.release();
    expectProblem(refused, 503);
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    expect(Math.max(...answers.map(({ afterMs }) => afterMs))).toBeLessThan(SOON_MS);
  });
});

describe('a table that somebody else has locked', () => {
  it('costs all who write a 503 in a few seconds, and nothing once it is free', async () => {
    const lock = await hold(waybill.dataDir, 'LOCK TABLE orders IN EXCLUSIVE MODE');
    const orders = Array.from({ length: 200 }, () => anOrder());
    const answers = await Promise.all(orders.map((order) => timed(post(waybill.url, order))));
    for (const answer of answers) expectProblem(answer, 503);
    expect(Math.max(...answers.map(({ afterMs }) => afterMs))).toBeLessThan(SOON_MS);
    expect((await ask(`${waybill.url}/api/orders`)).status).toBe(200);
    await lock.release();
    // What was locked a moment ago is not tried for a second: as long as Retry-After says.
    await eventually(async () => {
      const again = await Promise.all(orders.map((order) => post(waybill.url, order)));
      expect(again.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
    });
  });
});
