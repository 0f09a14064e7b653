import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startWaybill } from '../support/waybill-process.js';
import { freePorts } from '../../scripts/free-ports.js';
import { anOrder, ask, expectProblem, post, store } from './api.js';

describe('without a database', () => {
  it('stays up, says what it waits for, and tells every caller to come again', async () => {
    const [port] = await freePorts(0);
    const waybill = await startWaybill({
      ready: false,
      env: { DB_HOST: '127.0.0.1', DB_PORT: String(port) },
    });
    expect((await ask(`${waybill.url}/health/live`)).status).toBe(200);
    // It listens before its first attempt has failed.
    await eventually(async () => {
      const ready = await ask(`${waybill.url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(ready.text).toMatch(/database/);
    });
    expect((await ask(`${waybill.url}/health`)).status).toBe(503);

    const answers = [
      await ask(`${waybill.url}/api/orders/x`),
      await ask(`${waybill.url}/api/orders`),
      await post(waybill.url, anOrder()),
      await post(waybill.url, anOrder(), { 'idempotency-key': '"a"' }),
      await ask(`${waybill.url}/api/orders/test`, { method: 'POST' }),
    ];
    for (const answer of answers) {
      expectProblem(answer, 503);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    // What needs no database is answered all the same.
    expectProblem(await ask(`${waybill.url}/api/orders/a.b`), 400);
    expectProblem(await post(waybill.url, {}), 400);
    expect((await ask(`${waybill.url}/`)).status).toBe(200);
    expect((await ask(`${waybill.url}/metrics`)).status).toBe(200);
    expect(await waybill.stop()).toBe(0);
  });
});

describe('when PostgreSQL is killed under the running program', () => {
  it('answers 503 or stores, becomes ready again by itself, and has lost nothing', async () => {
    const waybill = await startWaybill();
    const kept = anOrder();
    await store(waybill.url, kept);
    const pidFile = await readFile(join(waybill.dataDir, 'postgres', 'postmaster.pid'), 'utf8');
    process.kill(Number(pidFile.split('\n')[0]), 'SIGKILL');

    const order = anOrder();
    // Its backends serve on for a moment after it is gone, so an answer alone does not tell that it is back.
    await eventually(
      async () => {
        const { status, text } = await post(waybill.url, order);
        expect(status, text).toBeOneOf([200, 201, 503]);
        expect(waybill.output()).toContain('the embedded PostgreSQL runs again');
      },
      { timeoutMs: 40_000 },
    );
    await expect
      .poll(
        async () => {
          const { status, text } = await post(waybill.url, order);
          expect(status, text).toBeOneOf([200, 201, 503]);
          return status;
        },
        { timeout: 40_000 },
      )
      .toBeOneOf([200, 201]);
    // The relay pauses for up to five seconds before it tries again.
    await eventually(async () => expect((await ask(`${waybill.url}/health/ready`)).status).toBe(200));
    for (const { order_uid } of [kept, order]) {
      const found = await ask(`${waybill.url}/api/orders?customer_id=test`);
      expect(found.text).toContain(order_uid);
    }
    expect(await waybill.stop()).toBe(0);
  }, 150_000);
});
