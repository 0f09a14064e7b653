import type { Page, Route } from 'playwright-core';
import type { Sight } from './camera.js';
import { settled } from './camera.js';
import type { Shop } from './lively-shop.js';
import { away, loading, notAllowed, slow, VIEWS } from './states-of-views.js';

const NO_SUCH_ORDER = 'no-such-order';
const SEARCHED = /[?]q=/;
const MADE_UP = 3;
const CHANGES_SEEN = 15;

/** A view that is opened by its address, and shows what it has. */
const at = (name: string, path: string, further?: (page: Page) => Promise<unknown>): Sight => ({
  name,
  reach: async (page) => {
    await page.goto(path);
    await settled(page);
    await further?.(page);
  },
});

/** The same, as far as it fits on the screen. */
const onScreen = (name: string, path: string, further?: (page: Page) => Promise<unknown>): Sight => ({
  ...at(name, path, further),
  isOfScreen: true,
});

/** Of a program that has no order yet. */
export function emptySights(): Sight[] {
  return [
    ...VIEWS.map(([name, path]) => at(`${name}-empty`, path)),
    at('trouble-payments-empty', '/trouble/payments'),
    at('trouble-waiting-empty', '/trouble/waiting'),
    at('stock-thing-empty', '/stock/9934930'),
  ];
}

/** @param url of the program, for what others do meanwhile */
export function sights(shop: Shop, url: string): Sight[] {
  const order = `/orders/${shop.orders.tour}`;
  return [
    at('start', '/'),
    ...findSights(),
    ...listSights(),
    ...orderSights(shop, order),
    ...dialogSights(shop),
    ...troubleSights(shop),
    ...stockSights(shop),
    onScreen('keys', '/', (page) => page.keyboard.press('?')),
    at('no-such-page', '/nowhere'),
    ...[...VIEWS, ['order', order] as const].flatMap(([name, path]) => [
      loading(name, path),
      away(name, path),
    ]),
    notAllowed('list', '/orders', '/api/orders'),
    notAllowed('order', order, '/api/orders/'),
    notAllowed('stock', '/stock', '/api/inventory'),
    slow('list', '/orders', '/api/orders'),
    slow('order', order, '/api/orders/'),
    slow('trouble', '/trouble', '/api/dead-letters'),
    // Last, since they make orders, which other views would show.
    at('demo', '/demo'),
    at('demo-sent', '/demo', sendMadeUp),
    liveSight('live', url),
    liveSight('live-paused', url, async (page) => {
      await page.keyboard.press('p');
      await page.locator('.rate-table summary').click();
    }),
  ];
}

/** @param url of the program */
export function readmeSights(shop: Shop, url: string): Sight[] {
  return [at('page-order', `/orders/${shop.orders.tour}`), liveSight('page-live', url)];
}

function findSights(): Sight[] {
  return [
    at('search', '/', (page) => search(page, 'Emma')),
    at('search-short', '/?q=an'),
    at('search-nothing', '/', (page) => search(page, 'nobody of that name')),
  ];
}

function listSights(): Sight[] {
  return [
    onScreen('list', '/orders'),
    onScreen('list-filtered', '/orders?status=shipped,delivered&payment_status=paid'),
    onScreen('list-chooser', '/orders', (page) => page.locator('.chooser > summary').nth(1).click()),
    at('list-nothing', '/orders?customer_id=nobody'),
    onScreen('list-row', '/orders', async (page) => {
      for (let row = 0; row < 3; row++) await page.keyboard.press('j');
    }),
  ];
}

function orderSights({ orders, outOfStock, fresh, long }: Shop, order: string): Sight[] {
  return [
    at('order', order),
    at('order-charged-twice', `/orders/${orders.captured_twice}`),
    at('order-lost', `/orders/${orders.lost}`),
    at('order-refund-due', `/orders/${orders.refund_due}`),
    at('order-out-of-stock', `/orders/${outOfStock}`),
    at('order-fresh', `/orders/${fresh}`),
    at('order-long', `/orders/${long}`),
    at('order-json', order, (page) => page.getByText('Show it as JSON').click()),
    at('order-note', `/orders/${orders.captured_twice}`, async (page) => {
      await page.getByLabel('A note', { exact: true }).fill('Told the caller that the refund is on its way.');
      await page.getByLabel('Your name').fill('mila');
    }),
    at('order-not-found', `/orders/${NO_SUCH_ORDER}`),
    at('order-bad-id', '/orders/what%20is%20this'),
    onScreen('order-stale', order, async (page) => {
      await page.route('**/api/**', (route) => route.abort('connectionrefused'));
      await page.evaluate(`dispatchEvent(new Event('online'))`);
      await page.getByRole('button', { name: 'Load anew' }).waitFor();
    }),
  ];
}

/** Questions before something is done with an order. */
function dialogSights({ fresh }: Shop): Sight[] {
  const asked = (
    name: string,
    uid: string,
    button: string,
    further?: (page: Page) => Promise<unknown>,
  ): Sight =>
    onScreen(name, `/orders/${uid}`, async (page) => {
      await page.getByRole('button', { name: button, exact: true }).click();
      await page.getByRole('dialog').waitFor();
      await further?.(page);
    });
  /** What is sent is refused, so that nothing changes. */
  const refused = (status: number, title: string, detail: string, words: string) => async (page: Page) => {
    await page.route('**/status', (route) =>
      route.fulfill({
        status,
        contentType: 'application/problem+json',
        body: JSON.stringify({ title, status, detail }),
      }),
    );
    await page.getByRole('dialog').getByRole('button', { name: 'Mark as packed' }).click();
    await page.getByText(words).waitFor();
  };
  const confirm = asked('dialog-confirm', fresh, 'Confirm');
  return [
    {
      ...confirm,
      reach: async (page) => {
        await page.route('**/summary', beforeStockIsHeld);
        await confirm.reach(page);
      },
    },
    asked('dialog-pack', fresh, 'Mark as packed'),
    asked('dialog-cancel', fresh, 'Cancel the order …'),
    asked('dialog-cancel-no-reason', fresh, 'Cancel the order …', async (page) => {
      await page.getByRole('dialog').getByLabel('Why').fill(' ');
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }).click();
      await page.getByText('Say why').waitFor();
    }),
    asked('dialog-address', fresh, 'Correct the address …'),
    asked(
      'order-someone-faster',
      fresh,
      'Mark as packed',
      refused(412, 'Precondition Failed', 'the order has another ETag by now', 'Someone was faster'),
    ),
    asked(
      'dialog-not-allowed',
      fresh,
      'Mark as packed',
      refused(403, 'Forbidden', 'a page of another origin must not change anything here', 'Not allowed'),
    ),
  ];
}

function troubleSights({ letter }: Shop): Sight[] {
  const path = `/trouble/dead-letters/${letter}`;
  return [
    at('trouble', '/trouble'),
    at('trouble-filtered', '/trouble?topic=orders&reason=payment'),
    at('trouble-nothing', '/trouble?reason=nothing+of+the+kind'),
    at('trouble-payments', '/trouble/payments'),
    at('trouble-waiting', '/trouble/waiting'),
    at('trouble-waiting-promise', '/trouble/waiting?for=promise'),
    at('trouble-ready', '/trouble/health'),
    {
      name: 'trouble-not-ready',
      reach: async (page) => {
        await page.route(({ pathname }) => pathname === '/health', withAPartDown);
        await page.goto('/trouble/health');
        await settled(page);
        await page.getByText('not ready', { exact: true }).first().waitFor();
      },
    },
    at('letter', path),
    at('letter-as-text', path, (page) => page.getByRole('button', { name: 'As text' }).click()),
    at('letter-edit', path, (page) => page.getByRole('button', { name: 'Edit and send …' }).click()),
    at('letter-edit-faulty', path, async (page) => {
      await page.getByRole('button', { name: 'Edit and send …' }).click();
      await page.getByLabel('The event that is sent in its place').fill('{ "order_uid": ');
    }),
    at('letter-not-found', '/trouble/dead-letters/999999'),
    onScreen('letter-replay', path, async (page) => {
      await page.getByRole('button', { name: 'Replay …' }).click();
      await page.getByRole('dialog').waitFor();
    }),
    onScreen('bulk-discard', '/trouble?reason=payment', async (page) => {
      await page.getByRole('button', { name: 'Discard all of them …' }).click();
      await page.getByRole('dialog').waitFor();
    }),
  ];
}

function stockSights({ thing }: Shop): Sight[] {
  const asked = (name: string, button: string): Sight =>
    onScreen(name, `/stock/${thing}`, async (page) => {
      await page.getByRole('button', { name: button }).click();
      await page.getByRole('dialog').waitFor();
    });
  return [
    at('stock', '/stock'),
    at('stock-few', '/stock?below=5'),
    at('stock-wrong', '/stock', async (page) => {
      await page.getByLabel('Thing or product').fill('a shirt');
      await page.getByRole('button', { name: 'Look up' }).click();
    }),
    at('stock-thing', `/stock/${thing}`),
    asked('stock-adjust', 'Adjust …'),
    asked('stock-count', 'Count …'),
  ];
}

/** Live, with some lives under way. */
function liveSight(name: string, url: string, further?: (page: Page) => Promise<unknown>): Sight {
  return at(name, '/live', async (page) => {
    await fetch(`${url}/api/orders/test?count=12`, { method: 'POST', body: '{"life":true}' });
    await page.locator('[data-change]').nth(CHANGES_SEEN).waitFor();
    await further?.(page);
  });
}

async function sendMadeUp(page: Page): Promise<void> {
  await page.getByRole('spinbutton', { name: 'Orders' }).fill(String(MADE_UP));
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText(`${MADE_UP} stored`).waitFor();
}

async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.waitForURL(SEARCHED);
  await page.locator('.results').getByText('found', { exact: false }).first().waitFor();
  await settled(page);
}

/** An order as it is for a moment: where stock is kept, it is confirmed as soon as that is held for it. */
async function beforeStockIsHeld(route: Route): Promise<void> {
  const answer = await route.fetch();
  const summary = (await answer.json()) as object;
  await route.fulfill({
    response: answer,
    json: { ...summary, status: 'received', next: ['confirmed', 'cancelled'] },
  });
}

/** What the program says of itself, with one part of it down. */
async function withAPartDown(route: Route): Promise<void> {
  const answer = await route.fetch();
  const report = (await answer.json()) as { parts: Record<string, { up: boolean; detail?: string }> };
  const [first = 'database'] = Object.keys(report.parts);
  report.parts[first] = { up: false, detail: 'connect ECONNREFUSED 127.0.0.1:5432' };
  await route.fulfill({ status: 503, json: { ...report, status: 'down' } });
}
