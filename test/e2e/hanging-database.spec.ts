import { expect, it } from 'vitest';
import { expectDatabaseErrors } from '../support/database-errors.js';
import { eventually } from '../support/eventually.js';
import type { JsonObject } from '../support/sample-order.js';
import { startWaybill } from '../support/waybill-process.js';
import { anOrder, ask, expectProblem, metric, post, postText } from './api.js';
import { hold } from '../support/embedded-database.js';

// lock_not_available
expectDatabaseErrors('55P03');

const MIB = 1_048_576;
const CALLERS = 400;

/** An order of 1,000 items with texts of their own, close to the largest that is taken. */
function aLargeOrder(): JsonObject & { order_uid: string } {
  const order = anOrder({ customer_id: 'large' });
  const [item] = order.items as JsonObject[];
  order.items = Array.from({ length: 1_000 }, (_, n) => ({ ...item, rid: `${n}`, name: 'n'.repeat(255) }));
  return order;
}

it('a database that hangs costs large orders a 503, the process no memory, and is gone on with by itself', async () => {
  const waybill = await startWaybill();
  const lock = await hold(waybill.dataDir, 'LOCK TABLE orders IN EXCLUSIVE MODE');
  const before = await metric(waybill.url, 'process_resident_memory_bytes');
  const orders = Array.from({ length: CALLERS }, aLargeOrder);
  let refused = 0;
  const answering = orders.map(async (order) => {
    const answer = await postText(waybill.url, JSON.stringify(order).padEnd(MIB, ' '));
    if (answer.status === 503) refused++;
    return answer;
  });
  // As many as may be under way wait or are being written, and nobody waits for long.
  await eventually(() => expect(refused).toBe(CALLERS), { timeoutMs: 25_000 });
  const after = await metric(waybill.url, 'process_resident_memory_bytes');
  expect(after - before).toBeLessThan(300 * MIB);
  expect((await ask(`${waybill.url}/api/orders/nobody`)).status).toBe(404);

  await lock.release();
  const answers = await Promise.all(answering);
  for (const [n, answer] of answers.entries()) {
    if (answer.status === 503) {
      expectProblem(answer, 503);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    } else {
      expect(answer.status, answer.text).toBe(201);
    }
    const found = await ask(`${waybill.url}/api/orders/${orders[n]!.order_uid}`);
    expect(found.status).toBe(answer.status === 503 ? 404 : 200);
  }
  expect((await post(waybill.url, anOrder())).status).toBe(201);
  // What was found locked a moment ago is refused at once, and its Retry-After says when to come again.
  await eventually(async () => expect((await post(waybill.url, orders.at(-1)!)).status).toBe(201));
  expect(await waybill.stop()).toBe(0);
}, 90_000);
