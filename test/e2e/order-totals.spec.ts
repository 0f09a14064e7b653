import { describe, expect, it } from 'vitest';
import { sampleEvents } from '../support/sample-order.js';
import { startWaybill } from '../support/waybill-process.js';
import { ask, expectProblem, metric, pathsOf, postText } from './api.js';

const { raw } = sampleEvents().find((event) => event.name === 'totals-mismatch')!;
const { order_uid: orderUid } = JSON.parse(raw) as { order_uid: string };

describe('an order whose totals do not add up', () => {
  it('is stored, marked and counted with ORDER_TOTALS=warn, the default', async () => {
    const waybill = await startWaybill();
    const answer = await postText(waybill.url, raw);
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.text)).toMatchObject({ totals_match: false });
    expect(JSON.parse((await ask(`${waybill.url}/api/orders/${orderUid}`)).text)).toEqual(JSON.parse(raw));
    expect(await metric(waybill.url, 'waybill_order_totals_mismatch_total')).toBe(1);
    await waybill.stop();
  });

  it('is refused by the names of the amounts with ORDER_TOTALS=strict', async () => {
    const waybill = await startWaybill({ env: { ORDER_TOTALS: 'strict' } });
    const problem = expectProblem(await postText(waybill.url, raw), 400);
    expect(pathsOf(problem).every((path) => path.startsWith('payment.'))).toBe(true);
    expect(pathsOf(problem)).not.toEqual([]);
    expect((await ask(`${waybill.url}/api/orders/${orderUid}`)).status).toBe(404);
    await waybill.stop();
  });
});
