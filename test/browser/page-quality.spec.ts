import { describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { useSite } from './site.js';
import { postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');
const NARROW = { viewport: { width: 360, height: 740 } };
/** What web.dev calls good for Cumulative Layout Shift. */
const GOOD_LAYOUT_SHIFT = 0.1;
const MOST_FIRST_BYTES = 100_000;

describe.skipIf(chromium.skipped !== undefined)('the page itself', () => {
  const site = useSite(chromium.executablePath);
  let reader: Visit;

  it('lives under a strict policy', async () => {
    const orderUid = await postOrder(site.url);
    reader = await site.visit();
    const answer = await reader.page.goto('/');
    expect(answer?.headers()['content-security-policy']).toContain("default-src 'self'");
    await reader.connected();
    await reader.find(orderUid);
    await reader.orderHeading(orderUid).waitFor();
    await reader.page.getByRole('link', { name: 'Waybill' }).click();
    await reader.page.getByRole('region', { name: 'Newest orders' }).waitFor();
    await reader.page.goBack();
    await reader.orderHeading(orderUid).waitFor();
  });

  it('has nothing go wrong that its tests would not notice', async () => {
    reader = await site.visit();
    await reader.go('/');
    await reader.page.getByRole('table', { name: 'Newest orders' }).waitFor();
    reader.expectFaults(
      /^console info: a word$/,
      /^console warning: a warning$/,
      /^uncaught: an error$/,
      /^uncaught: a promise$/,
      /^alert: a dialog$/,
      /^console error: .*Content Security Policy/,
    );
    await reader.page.evaluate(`{
      console.info('a word');
      console.warn('a warning');
      setTimeout(() => { throw new Error('an error'); });
      void Promise.reject(new Error('a promise'));
      setTimeout(() => alert('a dialog'));
      const script = document.createElement('script');
      script.textContent = 'document.title = "inline"';
      document.head.append(script);
    }`);
    await expect.poll(() => reader.faults.length).toBe(6);
  });

  it('takes the reader back to where they had scrolled', async () => {
    const orderUids = [];
    for (let count = 0; count < 25; count += 1) orderUids.push(await postOrder(site.url));
    reader = await site.visit({ viewport: { width: 1280, height: 400 } });
    await reader.go('/');
    const last = reader.page.getByRole('table', { name: 'Newest orders' }).getByRole('link').last();
    await last.scrollIntoViewIfNeeded();
    const scrolled = await reader.page.evaluate<number>('scrollY');
    expect(scrolled).toBeGreaterThan(100);
    await last.click();
    await reader.page.getByRole('article').waitFor();
    expect(await reader.page.evaluate<number>('scrollY')).toBe(0);
    await reader.page.goBack();
    await expect.poll(() => reader.page.evaluate<number>('scrollY')).toBeCloseTo(scrolled, -1);
  });

  it('is small: all of the first view as it is sent', async () => {
    await postOrder(site.url);
    reader = await site.visit();
    const bytes: Promise<number>[] = [];
    reader.page.on('requestfinished', (request) => {
      if (request.url().includes('/api/')) return;
      bytes.push(
        request
          .sizes()
          .then(({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize),
      );
    });
    await reader.go('/');
    await reader.page.getByRole('table', { name: 'Newest orders' }).waitFor();
    const sum = (await Promise.all(bytes)).reduce((total, one) => total + one, 0);
    expect(sum).toBeGreaterThan(10_000);
    expect(sum).toBeLessThan(MOST_FIRST_BYTES);
  });

  it('fits a screen of 360 pixels, whatever the words', async () => {
    const endless = 'Donaudampfschifffahrtsgesellschaftskapitaen'.repeat(3);
    const orderUid = await postOrder(site.url, {
      delivery: { name: endless, city: endless },
      item: { name: endless, brand: endless, size: endless.slice(0, 30) },
    });
    reader = await site.visit(NARROW);
    await reader.openOrder(orderUid);
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
    await reader.openOrder(orderUid);
    expect(await reader.page.evaluate<number>('window.layoutShift')).toBeLessThan(GOOD_LAYOUT_SHIFT);
    await reader.go('/');
    await reader.page.getByRole('table', { name: 'Newest orders' }).getByText(orderUid).waitFor();
    expect(await reader.page.evaluate<number>('window.layoutShift')).toBeLessThan(GOOD_LAYOUT_SHIFT);
  });
});
