import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, ConsoleMessage, Locator, Page } from 'playwright-core';
import { sampleOrder } from '../support/sample-order.js';
import type { JsonObject } from '../support/sample-order.js';

/** None of these is about the page: a browser on a build machine has no sandbox, no GPU and no business outside. */
const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Sums what the browser counts as unexpected movement into `layoutShift`, from the first paint on. */
const WATCH_LAYOUT_SHIFT = `
  window.layoutShift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.layoutShift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
`;

/** One reader at the page: a browser profile of its own, and everything that went wrong in it. */
export interface Visit {
  page: Page;
  /** Console errors (CSP violations are among them), uncaught errors, requests to another host. */
  faults: string[];
  /** Opens a path of Waybill. */
  go(path: string): Promise<void>;
  /** Types whatever the caller has into the one field, and presses Enter. */
  find(text: string): Promise<void>;
  /** Opens an order at its own address, and waits until it is there. */
  openOrder(orderUid: string): Promise<void>;
  orderHeading(orderUid: string): Locator;
  announcement(): Promise<string>;
  close(): Promise<void>;
}

export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: CHROMIUM_ARGUMENTS });
}

/** Amounts and times are asserted as a reader in Berlin with American English sees them. */
export async function visit(
  browser: Browser,
  baseUrl: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: baseUrl,
    locale: 'en-US',
    timezoneId: 'Europe/Berlin',
    ...options,
  });
  context.setDefaultTimeout(10_000);
  await context.addInitScript(WATCH_LAYOUT_SHIFT);
  const page = await context.newPage();
  const orderHeading = (orderUid: string): Locator =>
    // Within the article: while it is on its way, its title is there for those who listen.
    page.getByRole('article').getByRole('heading', { name: `Order ${orderUid}`, exact: true });
  return {
    page,
    faults: collectFaults(page, baseUrl),
    go: async (path) => {
      await page.goto(path);
    },
    find: async (text) => {
      await page.getByLabel('Find an order').fill(text);
      await page.getByLabel('Find an order').press('Enter');
    },
    openOrder: async (orderUid) => {
      await page.goto(`/orders/${orderUid}`);
      await orderHeading(orderUid).waitFor();
    },
    orderHeading,
    announcement: async () => (await page.locator('#announcement').textContent()) ?? '',
    close: () => context.close(),
  };
}

/** What differs from the sample; `item` from its one item, of which there may be many. */
export interface OrderChanges {
  order_uid?: string;
  customer_id?: string;
  track_number?: string;
  date_created?: string;
  delivery?: JsonObject;
  payment?: JsonObject;
  item?: JsonObject;
  itemCount?: number;
}

/** Posts the sample order, changed, under an id of its own unless one is given; returns the id. */
export async function postOrder(baseUrl: string, changes: OrderChanges = {}): Promise<string> {
  const orderUid = changes.order_uid ?? freshUid();
  const { delivery, payment, item, itemCount = 1, ...facts } = changes;
  const order = sampleOrder() as { delivery: JsonObject; payment: JsonObject; items: JsonObject[] };
  Object.assign(order, facts, { order_uid: orderUid });
  Object.assign(order.delivery, delivery);
  Object.assign(order.payment, payment);
  Object.assign(order.items[0]!, item);
  order.items = Array.from({ length: itemCount }, () => order.items[0]!);
  const response = await fetch(new URL('/api/orders', baseUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  if (!response.ok) throw new Error(`POST /api/orders: ${response.status} ${await response.text()}`);
  return orderUid;
}

export function freshUid(): string {
  return `browser-${crypto.randomUUID()}`;
}

function collectFaults(page: Page, baseUrl: string): string[] {
  const faults: string[] = [];
  const { host } = new URL(baseUrl);
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (!isAwaitedOrder(message)) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    if (new URL(request.url()).host !== host) faults.push(`request to another host: ${request.url()}`);
  });
  return faults;
}

/** A 404 for an order or a thing is an answer like another, but the browser writes every one to the console as an error. */
function isAwaitedOrder(message: ConsoleMessage): boolean {
  return (
    message.text().includes('404') &&
    /^\/api\/(orders|inventory)\//.test(new URL(message.location().url).pathname)
  );
}
