import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TcpProxy } from '../support/tcp-proxy.js';
import { useTier } from '../support/tiers.js';
import { useSite } from './site.js';
import { setVisibility } from './visibility.js';
import { postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');
const MAY_BE_OLD = /what is shown may be old/;

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

  const connected = () => reader.page.getByText('connected', { exact: true });
  const delivery = () => reader.page.getByRole('region', { name: 'Delivery', exact: true });
  const newest = () => reader.page.getByRole('table', { name: 'Newest orders' });
  const change = (orderUid: string, city: string) =>
    postOrder(site.url, { order_uid: orderUid, delivery: { city } });

  async function openOrder(): Promise<string> {
    const orderUid = await postOrder(site.url);
    await reader.openOrder(orderUid);
    await connected().waitFor();
    await reader.page.getByText(MAY_BE_OLD).waitFor({ state: 'hidden' });
    return orderUid;
  }

  it('says that it may be old once the connection is lost, and catches up after it', async () => {
    const orderUid = await openOrder();
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
    await connected().waitFor();
    await newest().waitFor();
    await wire.refuse();
    await reader.page.getByText(MAY_BE_OLD).waitFor();
    const missed = await postOrder(site.url);
    await wire.accept();
    await newest().getByText(missed).waitFor();
    await reader.page.getByText(MAY_BE_OLD).waitFor({ state: 'hidden' });
  });

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
    const asked = reader.page.waitForRequest('**/api/events?lastEventId=*');
    const loaded = reader.page.waitForRequest(`**/api/orders/${orderUid}`);
    await reader.page.evaluate(
      happening === 'online'
        ? `dispatchEvent(new Event('online'))`
        : `dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`,
    );
    await asked;
    await loaded;
    await connected().waitFor();
  });

  it('goes on saying so while it is connected but cannot load, and tries until it can', async () => {
    const orderUid = await openOrder();
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
    await connected().waitFor();
    const demo = reader.page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Demo' });
    expect(await demo.count()).toBe(0);
    await reader.page.evaluate(`document.getElementById('load-anew').click()`);
    await demo.waitFor();
  });

  it.each(['views/trouble/trouble.js', 'styles/trouble.css', 'kit/dialog.js', 'styles/base.css'])(
    'loads itself anew when the server is of another version and has no %s',
    async (name) => {
      let asked = 0;
      await reader.page.route(`**/assets/*/${name}`, (route) =>
        ++asked === 1 ? route.fulfill({ status: 404 }) : route.continue(),
      );
      await reader.go('/');
      await connected().waitFor();
      await reader.page.getByRole('link', { name: 'Trouble', exact: true }).click();
      await reader.page.getByRole('navigation', { name: 'Kinds of trouble' }).waitFor();
      expect(asked).toBe(2);
      expect(
        await reader.page.evaluate('getComputedStyle(document.querySelector(".masthead")).position'),
      ).toBe('sticky');
    },
  );

  it.each([
    ['views/trouble/trouble.js', 'This part of the page could not be loaded'],
    ['kit/dialog.js', 'The page could not be loaded'],
  ])('says so in words when it has loaded itself anew twice, and there is no %s', async (name, words) => {
    let loads = 0;
    reader.page.on('request', (request) => (loads += request.isNavigationRequest() ? 1 : 0));
    await reader.page.route(`**/assets/*/${name}`, (route) => route.fulfill({ status: 404 }));
    await reader.go('/trouble');
    await reader.page.getByRole('heading', { name: words }).waitFor();
    expect(loads).toBe(3);
  });

  it('stays as it is when a view cannot be loaded since the server is away', async () => {
    await reader.go('/');
    await connected().waitFor();
    let loads = 0;
    reader.page.on('request', (request) => (loads += request.isNavigationRequest() ? 1 : 0));
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
    await connected().waitFor();
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
