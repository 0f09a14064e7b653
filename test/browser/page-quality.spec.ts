import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { useSite } from './site.js';
import { postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');
const NARROW = { viewport: { width: 360, height: 740 } };
/** What web.dev calls good for Cumulative Layout Shift. */
const GOOD_LAYOUT_SHIFT = 0.1;

describe.skipIf(chromium.skipped !== undefined)('the page itself', () => {
  const site = useSite(chromium.executablePath);
  let reader: Visit;

  it('shows text that looks like HTML as the text it is', async () => {
    const trap = `<img src=x onerror="document.title='owned'"><b>bold</b>&amp;`;
    const orderUid = await postOrder(site.url, {
      delivery: { name: trap, city: trap, address: trap },
      payment: { bank: trap },
      item: { name: trap, brand: trap },
    });
    reader = await site.visit();
    await reader.go(`/?order=${orderUid}`);
    const article = reader.page.getByRole('article');
    await article.waitFor();
    expect(await article.getByText(trap, { exact: true }).count()).toBe(6);
    expect(await reader.page.locator('main img, main b').count()).toBe(0);
    expect(await reader.page.title()).toContain(orderUid);
    expect(reader.faults).toEqual([]);
  });

  it('does the same with an id that came in the address', async () => {
    reader = await site.visit();
    const trap = '<img src=x onerror=alert(1)>';
    await reader.go(`/?order=${encodeURIComponent(trap)}`);
    await reader.page.getByText(trap, { exact: true }).waitFor();
    expect(await reader.page.locator('main img').count()).toBe(0);
    expect(reader.faults).toEqual([]);
  });

  it('lives under a strict policy, without an error and without another host', async () => {
    const orderUid = await postOrder(site.url);
    reader = await site.visit();
    const answer = await reader.page.goto('/');
    expect(answer?.headers()['content-security-policy']).toContain("default-src 'self'");
    await reader.page.getByText('connected', { exact: true }).waitFor();
    await reader.lookUp(orderUid);
    await reader.orderHeading(orderUid).waitFor();
    await reader.page.getByRole('button', { name: 'Send a test order' }).click();
    await expect.poll(() => reader.announcement(), { timeout: 15_000 }).toMatch(/is stored\.$/);
    await reader.page.goBack();
    await reader.orderHeading(orderUid).waitFor();
    expect(reader.faults).toEqual([]);
  });

  it('can be used with the keyboard alone', async () => {
    const orderUid = await postOrder(site.url);
    reader = await site.visit();
    await reader.go('/');
    const { keyboard } = reader.page;
    const field = reader.page.getByLabel('Order ID');
    for (let presses = 0; presses < 10 && !(await hasFocus(field)); presses += 1) await keyboard.press('Tab');
    await keyboard.type(orderUid);
    await keyboard.press('Enter');
    await reader.orderHeading(orderUid).waitFor();
    expect(await hasFocus(field)).toBe(true);

    await keyboard.press('Tab');
    await keyboard.press('Tab');
    expect(await hasFocus(reader.page.getByRole('button', { name: 'Send a test order' }))).toBe(true);
    await keyboard.press('Enter');
    await expect.poll(() => reader.announcement(), { timeout: 15_000 }).toMatch(/is stored\.$/);
    expect(await hasFocus(reader.page.getByRole('button', { name: 'Send a test order' }))).toBe(true);
  });

  it('fits a screen of 360 pixels, whatever the words', async () => {
    const endless = 'Donaudampfschifffahrtsgesellschaftskapitaen'.repeat(3);
    const orderUid = await postOrder(site.url, {
      delivery: { name: endless, city: endless },
      item: { name: endless, brand: endless, size: endless.slice(0, 30) },
    });
    reader = await site.visit(NARROW);
    await reader.go(`/?order=${orderUid}`);
    await reader.page.getByRole('article').waitFor();
    expect(await reader.page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
      360,
    );
    const sum = reader.page.getByRole('row', { name: /Sum of 1 item/ });
    expect(await sum.getByRole('cell').innerText()).toBe('$3.17');
  });

  it.each([
    ['wide', {}],
    ['narrow', NARROW],
  ])('does not jump about while it loads (%s)', async (_width, options) => {
    const orderUid = await postOrder(site.url);
    reader = await site.visit(options);
    await reader.go(`/?order=${orderUid}`);
    await reader.orderHeading(orderUid).waitFor();
    await reader.page.getByRole('list', { name: 'Recent orders' }).getByText(orderUid).waitFor();
    expect(await reader.page.evaluate<number>('window.layoutShift')).toBeLessThan(GOOD_LAYOUT_SHIFT);
  });
});

async function hasFocus(locator: Locator): Promise<boolean> {
  return (await locator.and(locator.page().locator(':focus')).count()) === 1;
}
