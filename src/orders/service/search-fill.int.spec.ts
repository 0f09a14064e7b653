import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { Environment } from '../../platform/config/environment.js';
import { Health } from '../../platform/health/health.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { Order } from '../model/order.js';
import { OrdersSettings } from '../orders.settings.js';
import { OrderRepository } from '../repository/order.repository.js';
import { orderToStore } from '../repository/order-to-store.js';
import { SearchFillRepository } from '../repository/search-fill.repository.js';
import { SearchFill } from './search-fill.js';

const ORDERS = 1_200;
const log = pino({ level: 'silent' });

let house: WaybillDatabase;
let repository: SearchFillRepository;

beforeAll(async () => {
  house = await openWaybillDatabase();
  repository = new SearchFillRepository(house.database);
});

beforeEach(async () => {
  vi.restoreAllMocks();
  await house.rows('TRUNCATE orders, deliveries, payments, items, order_search');
  await repository.beginAnew();
});

afterAll(() => house.drop());

const settingsOf = (SEARCH: 'on' | 'off'): OrdersSettings => Object.assign(new OrdersSettings(), { SEARCH });

/** As much of a process as fills the search, or does not. */
function processWith(SEARCH: 'on' | 'off', ROLES: Environment['ROLES'] = ['api']) {
  const lifecycle = new Lifecycle(log);
  const health = new Health();
  const environment = Object.assign(new Environment(), { ROLES });
  const fill = new SearchFill(repository, health, lifecycle, settingsOf(SEARCH), environment, log);
  return { lifecycle, health, fill };
}

async function storeOrders(SEARCH: 'on' | 'off'): Promise<void> {
  const batch = Array.from({ length: ORDERS }, (_, n) => {
    const order = { ...(sampleOrder() as unknown as Order), order_uid: `stored-${n}` };
    return orderToStore({ order, totalsMatch: true }, 1_763_722_949_000_000 + n);
  });
  await house.database.transaction((tx) => new OrderRepository(settingsOf(SEARCH)).store(tx, batch));
}

async function searchable(): Promise<number> {
  const [row] = await house.rows<{ orders: number }>('SELECT count(*)::int AS orders FROM order_search');
  return row!.orders;
}

const isFilling = async (): Promise<boolean> => (await repository.state()).isFilling;

describe('orders that were stored while there was no search', () => {
  it('are found by and by, and health tells how far it is', async () => {
    await storeOrders('off');
    let letGoOn = (): void => undefined;
    const step = repository.step.bind(repository);
    const held = new Promise<void>((resolve) => (letGoOn = resolve));
    vi.spyOn(repository, 'step')
      .mockImplementationOnce(step)
      .mockImplementationOnce(async (orders) => held.then(() => step(orders)));
    const { lifecycle, health } = processWith('on');
    await lifecycle.start();
    await expect.poll(searchable).toBe(500);
    expect(health.remarked()['search']).toEqual({
      up: false,
      detail: expect.stringMatching(
        /^orders received before 2025-11-21T11:02:29\.000Z are not all found yet/,
      ) as string,
    });
    letGoOn();
    await expect.poll(searchable).toBe(ORDERS);
    await expect.poll(() => health.remarked()['search']).toEqual({ up: true });
    await lifecycle.drain();
  });

  it('are gone on with after a failure, and the stop waits for what is under way', async () => {
    await storeOrders('off');
    const step = repository.step.bind(repository);
    const { lifecycle } = processWith('on');
    const steps = vi.spyOn(repository, 'step').mockRejectedValueOnce(new Error('the connection was lost'));
    await lifecycle.start();
    await expect.poll(() => steps.mock.calls.length).toBe(1);
    await lifecycle.drain();
    expect(steps).toHaveBeenCalledOnce();
    const next = processWith('on');
    steps.mockImplementation(step);
    await next.lifecycle.start();
    await expect.poll(searchable).toBeGreaterThan(0);
    await next.lifecycle.drain();
    const stored = await searchable();
    expect(stored % 500 === 0 || stored === ORDERS).toBe(true);
  });

  it('are none of a process that does not serve the API', async () => {
    await storeOrders('off');
    const steps = vi.spyOn(repository, 'step');
    const { lifecycle, health } = processWith('on', ['consumer', 'relay']);
    await lifecycle.start();
    expect(steps).not.toHaveBeenCalled();
    expect(health.remarked()).not.toHaveProperty('search');
  });
});

describe('a process with SEARCH=off', () => {
  it('notes when it comes and when it goes that there will be orders without terms', async () => {
    await storeOrders('on');
    while ((await repository.step(ORDERS + 1)) !== undefined);
    expect(await isFilling()).toBe(false);
    const { lifecycle } = processWith('off', ['consumer']);
    await lifecycle.start();
    expect(await isFilling()).toBe(true);
    while ((await repository.step(ORDERS + 1)) !== undefined);
    await lifecycle.drain();
    await lifecycle.close();
    expect(await isFilling()).toBe(true);
  });
});
