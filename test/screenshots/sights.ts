import type { Page } from 'playwright-core';
import type { Sight } from './camera.js';
import { settled } from './camera.js';
import type { ShownOrders } from './lively-shop.js';

const NO_SUCH_ORDER = 'no-such-order';

/** A view that is opened by its address, and shows what it has. */
const at = (name: string, path: string, further?: (page: Page) => Promise<unknown>): Sight => ({
  name,
  reach: async (page) => {
    await page.goto(path);
    await settled(page);
    await further?.(page);
  },
});

/** Questions to the API, and not the module of that name. */
const isOfApi = ({ pathname }: URL): boolean => pathname.startsWith('/api/');

/** The same view while no answer comes. */
const loading = (name: string, path: string): Sight => ({
  name: `${name}-loading`,
  reach: async (page) => {
    await page.route(isOfApi, () => undefined);
    await page.goto(path);
    await page.locator('.loading').first().waitFor();
  },
});

/** The same view where nobody answers. */
const away = (name: string, path: string): Sight => ({
  name: `${name}-away`,
  reach: async (page) => {
    await page.route(isOfApi, (route) => route.abort('connectionrefused'));
    await page.goto(path);
    await page.getByRole('alert').first().waitFor();
  },
});

const VIEWS: readonly (readonly [name: string, path: string])[] = [
  ['start', '/'],
  ['list', '/orders'],
  ['live', '/live'],
  ['trouble', '/trouble'],
  ['stock', '/stock'],
  ['demo', '/demo'],
];

/** Of a program that has no order yet. */
export function emptySights(): Sight[] {
  return VIEWS.map(([name, path]) => at(`${name}-empty`, path));
}

/** @param url of the program, for what others do meanwhile */
export function sights(shown: ShownOrders, url: string): Sight[] {
  const order = `/orders/${shown.tour}`;
  return [
    ...VIEWS.filter(([name]) => name !== 'live').map(([name, path]) => at(name, path)),
    liveSight('live', url),
    at('search', '/', (page) => search(page, 'anna')),
    at('search-nothing', '/', (page) => search(page, 'nobody of that name')),
    at('order', order),
    at('order-charged-twice', `/orders/${shown.captured_twice}`),
    at('order-lost', `/orders/${shown.lost}`),
    at('order-refund-due', `/orders/${shown.refund_due}`),
    at('order-not-found', `/orders/${NO_SUCH_ORDER}`),
    at('list-filtered', '/orders?status=shipped,delivered&payment_status=paid'),
    at('list-nothing', '/orders?customer_id=nobody'),
    at('keys', '/', (page) => page.keyboard.press('?')),
    ...VIEWS.map(([name, path]) => loading(name, path)),
    loading('order', order),
    ...VIEWS.map(([name, path]) => away(name, path)),
    away('order', order),
  ];
}

export function readmeSights(shown: ShownOrders, url: string): Sight[] {
  return [at('page-order', `/orders/${shown.tour}`), liveSight('page-live', url)];
}

/** Live, with some lives under way. */
function liveSight(name: string, url: string): Sight {
  return at(name, '/live', async (page) => {
    await fetch(`${url}/api/orders/test?count=12`, { method: 'POST', body: '{"life":true}' });
    await page.locator('[data-change]').nth(15).waitFor();
  });
}

async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.waitForURL(/[?]q=/);
  await page.locator('.results').getByText('found', { exact: false }).first().waitFor();
  await settled(page);
}
