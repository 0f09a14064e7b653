import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anOrder } from '../e2e/api.js';
import { watch } from '../e2e/event-stream.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { useTier } from '../support/tiers.js';
import { startWaybill, temporaryDataDir } from '../support/waybill-process.js';
import { SERVER_AWAY } from './faults.js';
import { Happenings } from './happenings.js';
import { useSite } from './site.js';
import { setVisibility } from './visibility.js';
import { postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');
const MAY_BE_OLD = /what is shown may be old\. It was loaded at \d.* or before/;

/** Two programs are started, and pages that have lost one look for it with growing pauses. */
const RESTART_TIMEOUT_MS = 180_000;
/** Pauses between tries grow to 30 s, and some are half as long again. */
const RECONNECTED_WITHIN_MS = 50_000;
/** Orders of the rows of Live, from above. */
const CHANGES = `[...document.querySelectorAll('[data-change]')].map((row) => row.dataset.change)`;

describe.skipIf(chromium.skipped !== undefined)('what the page shows is what the server has', () => {
  const site = useSite(chromium.executablePath);
  let wire: TcpProxy;
  let reader: Visit;

  beforeAll(async () => {
    wire = await TcpProxy.open(Number(new URL(site.url).port));
  });
  afterAll(() => wire?.close());
  beforeEach(async () => {
    reader = await site.visitBy(`http://127.0.0.1:${wire.port}`);
  });

  const delivery = () => reader.page.getByRole('region', { name: 'Delivery', exact: true });
  const newest = () => reader.page.getByRole('table', { name: 'Newest orders' });
  const change = (orderUid: string, city: string) =>
    postOrder(site.url, { order_uid: orderUid, delivery: { city } });

  async function openOrder(): Promise<string> {
    const orderUid = await postOrder(site.url);
    await reader.openOrder(orderUid);
    await reader.connected();
    await reader.page.getByText(MAY_BE_OLD).waitFor({ state: 'hidden' });
    return orderUid;
  }

  it('says that it may be old once the connection is lost, and catches up after it', async () => {
    const orderUid = await openOrder();
    reader.expectFaults(SERVER_AWAY);
    await wire.refuse();
    await reader.page.getByText(MAY_BE_OLD).waitFor();
    await change(orderUid, 'Haifa');
    await wire.accept();

    await delivery().getByText('Haifa').waitFor();
    await reader.page.getByText(MAY_BE_OLD).waitFor({ state: 'hidden' });
    expect(await reader.page.getByRole('article').innerText()).toContain('version 2 of');
  });

  it('shows the orders that came while the connection was lost', async () => {
    await reader.go('/');
    await reader.connected();
    await newest().waitFor();
    reader.expectFaults(SERVER_AWAY);
    await wire.refuse();
    await reader.page.getByText(MAY_BE_OLD).waitFor();
    const missed = await postOrder(site.url);
    await wire.accept();
    await newest().getByText(missed).waitFor();
    await reader.page.getByText(MAY_BE_OLD).waitFor({ state: 'hidden' });
  });

  it(
    'is current again in every tab once the server was stopped and started, and says in Live what it may have missed',
    async () => {
      const dataDir = await temporaryDataDir();
      let waybill = await startWaybill({ dataDir });
      const ownWire = await TcpProxy.open(Number(new URL(waybill.url).port));
      const tab = async (path: string): Promise<Visit> => {
        const one = await site.visitBy(`http://127.0.0.1:${ownWire.port}`);
        await one.go(path);
        await one.connected();
        await one.page.evaluate('window.wasNotLoadedAnew = true');
        return one;
      };
      try {
        const orderUid = await postOrder(waybill.url);
        const paths = ['/', '/orders', `/orders/${orderUid}`, '/live', '/trouble'];
        const tabs = await Promise.all(paths.map(tab));
        const [start, list, order, live, trouble] = tabs.map(({ page }) => page) as [
          Page,
          Page,
          Page,
          Page,
          Page,
        ];
        // The stream is the page's own, and open before Live listens to it.
        await live.getByRole('button', { name: 'Pause' }).waitFor();
        const before = await postOrder(waybill.url);
        for (const page of [start, list, live]) await page.getByRole('link', { name: before }).waitFor();
        await trouble.getByText('No refused event waits').waitFor();

        for (const one of tabs) one.expectFaults(SERVER_AWAY);
        await ownWire.refuse();
        await waybill.stop();
        for (const { page } of tabs) await page.getByText(MAY_BE_OLD).waitFor();
        waybill = await startWaybill({ dataDir });
        const happens = new Happenings({ url: waybill.url, dataDir });
        const stream = await watch(waybill.url);
        const missed = await postOrder(waybill.url);
        await happens.setStatus(orderUid, 'confirmed');
        await happens.refuse(anOrder({ locale: 7 }));
        // Else the tabs might still hear of it.
        for (const version of [`${missed}:1`, `${orderUid}:2`]) await stream.eventWith(version);
        stream.hangUp();
        ownWire.target = Number(new URL(waybill.url).port);
        await ownWire.accept();
        const isConnected = (page: Page) => page.getByText('connected', { exact: true }).first();
        await Promise.all(
          tabs.map(({ page }) => isConnected(page).waitFor({ timeout: RECONNECTED_WITHIN_MS })),
        );

        for (const page of [start, list]) await page.getByRole('link', { name: missed }).waitFor();
        await order.getByLabel('States').getByText('confirmed').waitFor();
        await trouble.getByRole('link', { name: /^locale must be/ }).waitFor();
        await live.getByText('Changes may be missing here').waitFor();
        const after = await postOrder(waybill.url);
        await live.getByRole('link', { name: after }).waitFor();
        expect(await live.evaluate<string[]>(CHANGES)).toEqual([after, before]);
        for (const { page } of tabs) {
          await page.getByText(MAY_BE_OLD).waitFor({ state: 'hidden' });
          expect(await page.evaluate('window.wasNotLoadedAnew')).toBe(true);
        }
      } finally {
        await ownWire.close();
        await waybill.stop();
      }
    },
    RESTART_TIMEOUT_MS,
  );

  it('catches up when its tab is looked at again', async () => {
    const orderUid = await openOrder();
    await setVisibility(reader.page, 'hidden');
    await reader.page.getByText('paused', { exact: true }).waitFor();
    await change(orderUid, 'Eilat');
    await setVisibility(reader.page, 'visible');

    await delivery().getByText('Eilat').waitFor();
    await reader.page.getByText(MAY_BE_OLD).waitFor({ state: 'hidden' });
  });

  it.each(['online', 'pageshow'])('makes a new connection on %s, and catches up', async (happening) => {
    const orderUid = await openOrder();
    // From here on the page knows the id of an event; `connected` comes a moment before the first one.
    await change(orderUid, 'Eilat');
    await delivery().getByText('Eilat').waitFor();
    const asked = reader.page.waitForRequest('**/api/events?lastEventId=*');
    const loaded = reader.page.waitForRequest(`**/api/orders/${orderUid}`);
    await reader.page.evaluate(
      happening === 'online'
        ? `dispatchEvent(new Event('online'))`
        : `dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`,
    );
    await asked;
    await loaded;
    await reader.connected();
  });

  it('goes on saying so while it is connected but cannot load, and tries until it can', async () => {
    const orderUid = await openOrder();
    reader.expectFaults(/503 .*\/api\/orders/);
    await reader.page.route('**/api/orders/*', (route) => route.fulfill({ status: 503, body: '{}' }));
    await change(orderUid, 'Akko');
    await reader.page.getByText(MAY_BE_OLD).waitFor();
    expect(await reader.orderHeading(orderUid).isVisible()).toBe(true);
    await reader.page.unroute('**/api/orders/*');
    await delivery().getByText('Akko').waitFor();
    await reader.page.getByText(MAY_BE_OLD).waitFor({ state: 'hidden' });
  });

  it('shows a change that it heard of while an older answer was on its way', async () => {
    const orderUid = await openOrder();
    const old = await (await fetch(`${site.url}/api/orders/${orderUid}`)).text();
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const asked = reader.page.waitForRequest(`**/api/orders/${orderUid}`);
    await reader.page.route(
      `**/api/orders/${orderUid}`,
      async (route) => {
        await held;
        await route.fulfill({
          body: old,
          headers: { etag: '"v1-0123456789abcdef"', 'x-order-version': '1' },
        });
      },
      { times: 1 },
    );
    await reader.page.evaluate(`dispatchEvent(new Event('online'))`);
    await asked;
    await change(orderUid, 'Tiberias');
    await expect.poll(() => reader.announcement()).toBe('The order has changed: its content is new.');
    letGo();
    await delivery().getByText('Tiberias').waitFor();
  });

  it('asks again what the server offers when all is loaded anew', async () => {
    const offered = { version: '1', contexts: ['orders'], demo: false, search: true };
    await reader.page.route('**/api/features', (route) => route.fulfill({ json: offered }), { times: 1 });
    await reader.go('/orders');
    await reader.connected();
    const demo = reader.page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Demo' });
    expect(await demo.count()).toBe(0);
    await reader.page.evaluate(`document.getElementById('load-anew').click()`);
    await demo.waitFor();
  });

  it.each(['views/trouble/trouble.js', 'styles/trouble.css', 'kit/dialog.js', 'styles/base.css'])(
    'loads itself anew when the server is of another version and has no %s',
    async (name) => {
      reader.expectFaults(new RegExp(`404 .*${name}`));
      let asked = 0;
      await reader.page.route(`**/assets/*/${name}`, (route) =>
        ++asked === 1 ? route.fulfill({ status: 404 }) : route.continue(),
      );
      await reader.go('/');
      await reader.connected();
      await reader.page.getByRole('link', { name: 'Trouble', exact: true }).click();
      await reader.page.getByRole('navigation', { name: 'Kinds of trouble' }).waitFor();
      await expect.poll(() => asked).toBe(2);
      await expect
        .poll(() => reader.page.evaluate('getComputedStyle(document.querySelector(".masthead")).position'))
        .toBe('sticky');
    },
  );

  it.each([
    ['views/trouble/trouble.js', 'This part of the page could not be loaded', /^uncaught: .*trouble\.js$/],
    ['kit/dialog.js', 'The page could not be loaded', /404/],
  ])(
    'says so in words when it has loaded itself anew twice, and there is no %s',
    async (name, words, fault) => {
      reader.expectFaults(new RegExp(`404 .*${name}`), fault);
      let loads = 0;
      reader.page.on('request', (request) => (loads += request.isNavigationRequest() ? 1 : 0));
      await reader.page.route(`**/assets/*/${name}`, (route) => route.fulfill({ status: 404 }));
      await reader.go('/trouble');
      await reader.page.getByRole('heading', { name: words }).waitFor();
      expect(loads).toBe(3);
    },
  );

  it('stays as it is when a view cannot be loaded since the server is away', async () => {
    await reader.go('/');
    await reader.connected();
    let loads = 0;
    reader.page.on('request', (request) => (loads += request.isNavigationRequest() ? 1 : 0));
    reader.expectFaults(/ERR_FAILED .*trouble\.js/, /ERR_FAILED .*features/, /dynamically imported/);
    for (const path of ['**/assets/*/views/trouble/trouble.js', '**/api/features'])
      await reader.page.route(path, (route) => route.abort());
    await reader.page.getByRole('link', { name: 'Trouble', exact: true }).click();
    await reader.page.getByRole('heading', { name: 'This part of the page could not be loaded' }).waitFor();
    expect(loads).toBe(0);
  });

  it.each([
    ['pointer', () => newest().hover(), () => reader.page.getByLabel('Find an order').hover()],
    [
      'focus',
      () => newest().getByRole('link').first().focus(),
      () => reader.page.getByLabel('Find an order').focus(),
    ],
  ])('keeps a new order while the %s is in the list, and shows it afterwards', async (_, come, leave) => {
    await postOrder(site.url);
    await reader.go('/');
    await reader.connected();
    await newest().waitFor();
    await come();
    const orderUid = await postOrder(site.url);
    await reader.page.getByText('Newer orders are shown once').waitFor();
    expect(await newest().getByText(orderUid).count()).toBe(0);
    await leave();
    await newest().getByText(orderUid).waitFor();
    expect(await reader.page.getByText('Newer orders are shown once').count()).toBe(0);
  });
});
