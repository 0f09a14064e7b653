import { beforeEach, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { useSite } from './site.js';
import { postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');

describe.skipIf(chromium.skipped !== undefined)('orders that come in while the page is open', () => {
  const site = useSite(chromium.executablePath);
  let reader: Visit;

  beforeEach(async () => {
    reader = await site.visit();
  });

  it('sends a test order and shows it once it is stored', async () => {
    await reader.go('/');
    await reader.page.getByRole('button', { name: 'Send a test order' }).click();

    await expect
      .poll(() => reader.announcement(), { timeout: 15_000 })
      .toMatch(/^Test order \S+ is stored\.$/);
    const orderUid = /^Test order (\S+)/.exec(await reader.announcement())?.[1] ?? '';
    await reader.orderHeading(orderUid).waitFor();
    expect(new URL(reader.page.url()).searchParams.get('order')).toBe(orderUid);
    const stored = await fetch(`${site.url}/api/orders/${orderUid}`);
    const order = (await stored.json()) as { delivery: { name: string }; items: unknown[] };
    expect(await reader.page.getByRole('article').innerText()).toContain(order.delivery.name);
    expect(await reader.page.getByRole('table').locator('tbody tr').count()).toBe(order.items.length);
    await reader.page.getByRole('list', { name: 'Recent orders' }).getByText(orderUid).waitFor();
  });

  it('says that a test order could not be sent', async () => {
    await reader.go('/');
    await reader.page.route('**/api/orders/test', (route) => route.abort());
    await reader.page.getByRole('button', { name: 'Send a test order' }).click();
    await expect
      .poll(() => reader.announcement())
      .toBe('The test order was not sent. The server could not be reached.');
  });

  it('lists the newest orders, opens one that is picked, and goes on to older ones', async () => {
    const oldest = await postOrder(site.url);
    for (let count = 0; count < 10; count += 1) await postOrder(site.url);
    const newest = await postOrder(site.url);
    await reader.go('/');
    const recent = reader.page.getByRole('list', { name: 'Recent orders' });
    await recent.getByRole('link', { name: newest }).click();
    await reader.orderHeading(newest).waitFor();
    expect(await recent.getByText(oldest).count()).toBe(0);
    await reader.page.getByRole('button', { name: 'Older orders' }).click();
    await recent.getByText(oldest).waitFor();
  });

  it('hears of an order that comes in, and shows the change of the one that is open', async () => {
    await reader.go('/');
    await reader.page.getByText('connected', { exact: true }).waitFor();
    const orderUid = await postOrder(site.url);
    const feed = reader.page.getByRole('log', { name: 'Live' });
    await feed.getByRole('listitem').filter({ hasText: orderUid }).filter({ hasText: 'received' }).waitFor();

    await feed.getByRole('link', { name: orderUid }).click();
    await reader.orderHeading(orderUid).waitFor();
    await postOrder(site.url, { order_uid: orderUid, delivery: { city: 'Haifa' } });
    await reader.page.getByRole('article').getByText('Haifa').waitFor();
    expect(await reader.page.getByRole('list', { name: 'Marks' }).innerText()).toMatch(
      /received\s+version 2/,
    );
  });
});
