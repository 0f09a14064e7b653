import { expect, it, onTestFinished } from 'vitest';
import { removeDataDir } from '../support/left-behind.js';
import { SHOP, startWaybill, temporaryDataDir } from '../support/waybill-process.js';
import { anOrder, ask, store } from './api.js';

it('a start takes less than five seconds when it is not the first one, and finds what was stored', async () => {
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
