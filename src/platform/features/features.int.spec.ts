import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import { type ChosenSettings, houseOf } from '../../../test/support/house-of.js';
import { openHttpApp } from '../../../test/support/http-app.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { orders } from '../../orders/orders.module.js';
import { payments } from '../../payments/payments.module.js';
import type { Context } from '../context.js';

let database: WaybillDatabase;
beforeAll(async () => {
  database = await openWaybillDatabase();
});
afterAll(() => database.drop());

/** What such a process says of itself, and how it answers who wants an order made up. */
async function offered(
  chosen: ChosenSettings,
  contexts: readonly Context[] = [orders],
): Promise<{ features: unknown; sent: number; searched: number }> {
  const app = await openHttpApp(houseOf(chosen, contexts), database.database);
  try {
    const features = await app.inject({ url: '/api/features' });
    expect([features.statusCode, features.headers['cache-control']]).toEqual([200, 'no-store']);
    const sent = await app.inject({ method: 'POST', url: '/api/orders/test' });
    const searched = await app.inject({ url: '/api/search?q=nobody' });
    return { features: features.json(), sent: sent.statusCode, searched: searched.statusCode };
  } finally {
    await app.close();
  }
}

describe('GET /api/features', () => {
  it('has the version of the package, and the contexts that the process serves', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect((await offered({}, [orders, payments])).features).toMatchObject({
      version,
      contexts: ['orders', 'payments'],
    });
  });

  it.each<['on' | 'off', boolean]>([
    ['on', true],
    ['off', false],
  ])('with SEARCH=%s says that orders may be searched for: %s; and so it is', async (SEARCH, search) => {
    const { features, searched } = await offered({ SEARCH });
    expect(features).toMatchObject({ search });
    expect(searched).toBe(search ? 200 : 404);
  });

  it.each<[ChosenSettings, boolean]>([
    [{}, true],
    [{ SERVER_HOST: '::1' }, true],
    [{ SERVER_HOST: '0.0.0.0' }, false],
    [{ SERVER_HOST: '0.0.0.0', DEMO: 'on' }, true],
    [{ DEMO: 'off' }, false],
  ])('with %o says that orders may be made up: %s; and so it is', async (chosen, demo) => {
    const { features, sent } = await offered(chosen);
    expect(features).toMatchObject({ demo });
    expect(sent).toBe(demo ? 202 : 403);
  });
});
