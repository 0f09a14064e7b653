import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
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

let receivedAtUs = 1_763_722_949_000_000;

async function storeOrders(SEARCH: 'on' | 'off', name = 'stored', orders = ORDERS): Promise<void> {
  const batch = Array.from({ length: orders }, (_, n) => {
    const order = { ...(sampleOrder() as unknown as Order), order_uid: `${name}-${n}` };
    return orderToStore({ order, totalsMatch: true }, receivedAtUs++);
  });
  await house.database.transaction((tx) => new OrderRepository(settingsOf(SEARCH)).store(tx, batch));
}

/** The rounds are over, as some time after a version with a search was there first. */
async function fillAll(): Promise<void> {
  while ((await repository.step(ORDERS + 1)) !== undefined);
  await house.rows(`
    UPDATE order_search_fill SET rounds = 0, next_look_at = now(), complete_before = '2025-11-21T11:02:28Z'`);
}

async function searchable(): Promise<number> {
  const [row] = await house.rows<{ orders: number }>('SELECT count(*)::int AS orders FROM order_search');
  return row!.orders;
}

/** The second step waits from when `isHeld` until it is let go on. */
function holdSecondStep(): { isHeld: () => boolean; letGoOn: () => void } {
  let letGoOn = (): void => undefined;
  const letGo = new Promise<void>((resolve) => (letGoOn = resolve));
  const step = repository.step.bind(repository);
  let isHeld = false;
  vi.spyOn(repository, 'step')
    .mockImplementationOnce(step)
    .mockImplementationOnce(async (orders) => {
      isHeld = true;
      await letGo;
      return step(orders);
    });
  return { isHeld: () => isHeld, letGoOn };
}

const isFilling = async (): Promise<boolean> => (await repository.state()).isFilling;

describe('orders that were stored while there was no search', () => {
  it('are found by and by, and health tells how far it is', async () => {
    await storeOrders('off');
    const { isHeld, letGoOn } = holdSecondStep();
    const { lifecycle, health } = processWith('on');
    await lifecycle.start();
    await eventually(() => expect(isHeld()).toBe(true));
    expect(health.remarked()['search']).toEqual({
      up: false,
      detail: expect.stringMatching(
        /^orders received before 2025-11-21T11:02:29\.000Z are not all found yet/,
      ) as string,
    });
    letGoOn();
    await eventually(async () => expect(await searchable()).toBe(ORDERS));
    await eventually(() => expect(health.remarked()['search']).toEqual({ up: true }));
    await lifecycle.drain();
  });

  it('are left to the next start by a stop, which waits for what is under way', async () => {
    await storeOrders('off');
    const { isHeld, letGoOn } = holdSecondStep();
    const stopped = processWith('on');
    await stopped.lifecycle.start();
    await eventually(() => expect(isHeld()).toBe(true));
    let hasEnded = false;
    const drained = stopped.lifecycle.drain().then(() => (hasEnded = true));
    await house.rows('SELECT 1');
    expect(hasEnded).toBe(false);
    letGoOn();
    await drained;
    expect(await searchable()).toBe(1_000);
    const next = processWith('on');
    await next.lifecycle.start();
    await eventually(async () => expect(await searchable()).toBe(ORDERS));
    await next.lifecycle.drain();
  });

  it('do not keep the program from its work when they cannot be read', async () => {
    const steps = vi.spyOn(repository, 'step').mockRejectedValueOnce(new Error('the connection was lost'));
    const { lifecycle } = processWith('on');
    await lifecycle.start();
    await eventually(() => expect(steps).toHaveBeenCalledOnce());
    await lifecycle.drain();
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

describe('orders of a version that knows no search', () => {
  it('are found, however many came after them, though all orders had been looked through', async () => {
    await fillAll();
    await storeOrders('off');
    // More than a page of orders that are found hides them.
    await storeOrders('on', 'later', 600);
    const { lifecycle } = processWith('on');
    await lifecycle.start();
    await eventually(async () => expect(await searchable()).toBe(ORDERS + 600));
    await lifecycle.drain();
  });

  it('are found that came before the last look, where the newest show that there are some', async () => {
    await storeOrders('off');
    await fillAll();
    await house.rows('TRUNCATE order_search');
    await house.rows(`UPDATE order_search_fill SET complete_before = now()`);
    const { lifecycle } = processWith('on');
    await lifecycle.start();
    await eventually(async () => expect(await searchable()).toBe(ORDERS));
    await lifecycle.drain();
  });

  it('are looked for by one process at a time, and no further back than has been looked', async () => {
    await storeOrders('on');
    await fillAll();
    const looks = vi.spyOn(repository, 'look');
    const [one, other] = [processWith('on'), processWith('on')];
    await one.lifecycle.start();
    const complete = `SELECT FROM order_search_fill WHERE complete_before > now() - interval '2 minutes'`;
    await eventually(async () => expect(await house.rows(complete)).toHaveLength(1));
    expect(looks).toHaveBeenCalledTimes(3);
    await house.rows('UPDATE order_search_fill SET next_look_at = now()');
    await other.lifecycle.start();
    await eventually(() => expect(looks).toHaveBeenCalledTimes(4));
    expect(await repository.takeLook()).toBeUndefined();
    await one.lifecycle.drain();
    await other.lifecycle.drain();
    expect(looks).toHaveBeenCalledTimes(4);
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
