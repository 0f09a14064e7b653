import { beforeEach, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { useSite } from './site.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');

describe.skipIf(chromium.skipped !== undefined)('the demo view', () => {
  const site = useSite(chromium.executablePath);
  let reader: Visit;

  beforeEach(async () => {
    reader = await site.visit();
  });

  const orders = () => reader.page.getByRole('table', { name: 'Orders sent from here' }).getByRole('row');
  const life = () => reader.page.getByRole('checkbox', { name: 'Play a life for each' });

  it('sends orders and follows them, by the keyboard alone', async () => {
    await reader.go('/demo');
    await reader.connected();
    await reader.page.getByLabel('Orders', { exact: true }).fill('4');
    await life().focus();
    await reader.page.keyboard.press('Space');
    await reader.page.keyboard.press('Tab');
    await reader.page.keyboard.press('Enter');
    await reader.page.getByText('4 orders sent, 4 stored.').waitFor();
    expect(await orders().filter({ hasText: 'received' }).count()).toBe(4);
    await reader.page.keyboard.press('j');
    await reader.page.keyboard.press('Enter');
    await reader.page.waitForURL('**/orders/*test');
  });

  it('plays a life', async () => {
    await reader.go('/demo');
    await reader.connected();
    await reader.page.getByLabel('Orders', { exact: true }).fill('1');
    await reader.page.getByRole('button', { name: 'Send' }).click();
    // The first of the lives is confirmed at a seventh of it.
    await orders().filter({ hasText: 'confirmed' }).waitFor({ timeout: 25_000 });
  });

  it('sends at a rate until it is stopped', async () => {
    await reader.go('/demo');
    await reader.connected();
    await life().uncheck();
    await reader.page.getByLabel('Orders', { exact: true }).fill('20');
    await reader.page.getByLabel('How often').selectOption('second');
    await reader.page.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => orders().count()).toBeGreaterThan(10);
    await reader.page.getByRole('button', { name: 'Stop' }).click();
    await reader.page.getByRole('button', { name: 'Send' }).waitFor();
    const asked: string[] = [];
    reader.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await reader.page.getByText(/^(\d+) orders sent, \1 stored\.$/).waitFor();
    // Whoever sent on would have done so by the time that another order is sent, stored and heard of.
    await reader.page.getByLabel('How often').selectOption('once');
    await reader.page.getByLabel('Orders', { exact: true }).fill('1');
    await reader.page.getByRole('button', { name: 'Send' }).click();
    await reader.page.getByText(/^(\d+) orders sent, \1 stored\.$/).waitFor();
    expect(asked.filter((path) => path === '/api/orders/test')).toHaveLength(1);
  });

  it('says what the server says where it is too much', async () => {
    reader.expectFaults(/503 .*\/api\/orders\/test/);
    await reader.page.route('**/api/orders/test*', (route) =>
      route.fulfill({ status: 503, json: { detail: 'as many orders were made up as an hour may have' } }),
    );
    await reader.go('/demo');
    await reader.page.getByRole('button', { name: 'Send' }).click();
    await reader.page.getByText('As many orders were made up as an hour may have.').waitFor();
  });

  it('is hidden where the server makes no orders up', async () => {
    await reader.page.route('**/api/features', (route) =>
      route.fulfill({ json: { version: '1', contexts: ['orders'], demo: false, search: true } }),
    );
    await reader.go('/demo');
    await reader.page.getByRole('heading', { name: 'No orders are made up here' }).waitFor();
    expect(await reader.page.getByRole('navigation', { name: 'Views' }).getByText('Demo').count()).toBe(0);
    expect(await reader.page.getByRole('button', { name: 'Send' }).count()).toBe(0);
  });
});
