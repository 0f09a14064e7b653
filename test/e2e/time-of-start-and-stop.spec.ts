import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { removeDataDir } from '../support/left-behind.js';
import { SHOP, startWaybill, temporaryDataDir } from '../support/waybill-process.js';
import { anOrder, ask, store } from './api.js';
import { silentServer } from './silent-server.js';
import { SlowPost } from './slow-post.js';

describe('a start', () => {
  it('takes less than five seconds when it is not the first one, and finds what was stored', async () => {
    const dataDir = await temporaryDataDir();
    onTestFinished(() => removeDataDir(dataDir));
    const order = anOrder();
    const first = await startWaybill({ dataDir });
    const etag = await store(first.url, order);
    await first.stop();
    const before = Date.now();
    const second = await startWaybill({ dataDir, env: SHOP });
    expect(Date.now() - before).toBeLessThan(5_000);
    const found = await ask(`${second.url}/api/orders/${order.order_uid}`);
    expect(JSON.parse(found.text)).toEqual(order);
    expect(found.headers.get('etag')).toBe(etag);
    await second.stop();
  });
});

describe('a stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('on %s ends with code 0 within ten seconds', async (signal) => {
    const waybill = await startWaybill();
    await ask(`${waybill.url}/api/orders`);
    const before = Date.now();
    expect(await waybill.stop(signal)).toBe(0);
    expect(Date.now() - before).toBeLessThan(10_000);
    await expect(ask(`${waybill.url}/health/live`)).rejects.toThrow();
  });

  it('is not held up by clients that keep a connection, open one for later, or never finish', async () => {
    const waybill = await startWaybill();
    const keptAlive = connect(Number(new URL(waybill.url).port), '127.0.0.1');
    const forLater = connect(Number(new URL(waybill.url).port), '127.0.0.1');
    for (const socket of [keptAlive, forLater]) socket.on('error', () => undefined);
    keptAlive.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((answered) => keptAlive.once('data', answered));
    await SlowPost.begin(waybill.url, anOrder());
    const before = Date.now();
    expect(await waybill.stop()).toBe(0);
    expect(Date.now() - before).toBeLessThan(10_000);
  });

  it('also works during the start', async () => {
    const port = await silentServer();
    const waybill = await startWaybill({
      ready: false,
      env: { DB_HOST: '127.0.0.1', DB_PORT: String(port) },
    });
    const before = Date.now();
    expect(await waybill.stop()).toBe(0);
    expect(Date.now() - before).toBeLessThan(10_000);
  });
});
