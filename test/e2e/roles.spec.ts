import { describe, expect, it } from 'vitest';
import { removeDataDir } from '../support/left-behind.js';
import { startWaybill, temporaryDataDir } from '../support/waybill-process.js';
import { anOrder, ask, post } from './api.js';
import { eventually } from '../support/eventually.js';

describe('roles', () => {
  it('let one process take orders and another, later, send on what they left in the outbox', async () => {
    const dataDir = await temporaryDataDir();
    try {
      const api = await startWaybill({ dataDir, env: { ROLES: 'api' } });
      const order = anOrder();
      expect((await post(api.url, order)).status).toBe(201);
      expect((await ask(`${api.url}/api/orders/${order.order_uid}`)).status).toBe(200);
      const sent = await ask(`${api.url}/api/orders/test`, { method: 'POST' });
      expect(sent.status).toBe(202);
      expect((await ask(api.url + sent.headers.get('location'))).status).toBe(404);
      expect(await api.stop()).toBe(0);

      const rest = await startWaybill({ dataDir, env: { ROLES: 'consumer,relay' } });
      expect((await ask(`${rest.url}/health/ready`)).status).toBe(200);
      expect((await ask(`${rest.url}/metrics`)).status).toBe(200);
      for (const path of ['/', '/api/orders', '/api/dead-letters', '/swagger']) {
        expect((await ask(rest.url + path)).status, path).toBe(404);
      }
      expect(await rest.stop()).toBe(0);

      const all = await startWaybill({ dataDir });
      await eventually(async () => {
        expect((await ask(all.url + sent.headers.get('location'))).status).toBe(200);
      });
      expect(await all.stop()).toBe(0);
    } finally {
      await removeDataDir(dataDir);
    }
  });
});
