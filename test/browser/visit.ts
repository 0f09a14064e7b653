import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { sampleOrder } from '../support/sample-order.js';
import type { JsonObject } from '../support/sample-order.js';
import { Faults } from './faults.js';

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

/** For what has to come about: on a busy machine, and after the pause before a lost stream is sought again. */
const WAIT_MS = 20_000;

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
  /** Whatever went wrong in it so far. At the end of the test there may be none that the test has not named. */
  faults: readonly string[];
  /** The test brings these about: each has to happen, once or more often. */
  expectFaults(...faults: RegExp[]): void;
  /** This may happen. @param why it cannot be said whether it does */
  allowFault(fault: RegExp, why: string): void;
  /** Opens a path of Waybill. */
  go(path: string): Promise<void>;
  /** Types whatever the caller has into the one field, and presses Enter. */
  find(text: string): Promise<void>;
  /** Opens an order at its own address, and waits until it is there. */
  openOrder(orderUid: string): Promise<void>;
  /** The stream of events is open: what happens from now on is told to the page. */
  connected(): Promise<void>;
  orderHeading(orderUid: string): Locator;
  announcement(): Promise<string>;
  close(): Promise<void>;
  /** @throws Error that says which faults were there and not named, and which were named and not there */
  requireNoOtherFaults(): void;
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
  context.setDefaultTimeout(WAIT_MS);
  await context.addInitScript(WATCH_LAYOUT_SHIFT);
  const page = await context.newPage();
  const faults = new Faults(page, baseUrl);
  const orderHeading = (orderUid: string): Locator =>
    // Within the article: while it is on its way, its title is there for those who listen.
    page.getByRole('article').getByRole('heading', { name: `Order ${orderUid}`, exact: true });
  return {
    page,
    faults: faults.seen,
    expectFaults: (...expected) => faults.expect(...expected),
    allowFault: (fault, why) => faults.allow(fault, why),
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
    connected: () => page.getByText('connected', { exact: true }).first().waitFor(),
    orderHeading,
    announcement: async () => (await page.locator('#announcement').textContent()) ?? '',
    close: () => context.close(),
    requireNoOtherFaults: () => faults.requireNoOther(),
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
