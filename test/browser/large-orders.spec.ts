import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { overlaps } from './layout.js';
import { useSite } from './site.js';
import { postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');
/** Some screens of 740 pixels; what an order says, each part no longer than a paragraph. */
const MOST_PAGE_PIXELS = 8_000;
const LARGEST = Number.MAX_SAFE_INTEGER;
const LARGE_PAYMENT = {
  amount: LARGEST,
  goods_total: LARGEST,
  delivery_cost: LARGEST,
  custom_fee: LARGEST,
  currency: 'RSD',
};
const SCREENS = [360, 768, 1440].map((width) => ({ viewport: { width, height: 740 } }));

describe.skipIf(chromium.skipped !== undefined)('orders of any size', () => {
  const site = useSite(chromium.executablePath);
  let reader: Visit;

  async function open(orderUid: string, options = {}): Promise<void> {
    reader = await site.visit(options);
    await reader.openOrder(orderUid);
  }

  it('has more notes than are shown at once, and keeps the older ones when another comes', async () => {
    const orderUid = await postOrder(site.url);
    // One after the other, so that they have the order that is expected.
    for (let n = 1; n <= 52; n++) await addNote(orderUid, `note ${n} of many`);
    await open(orderUid);
    const notes = reader.page.getByRole('region', { name: 'Notes' });
    const items = notes.getByRole('listitem');
    await notes.getByText('note 52 of many').waitFor();
    expect(await items.count()).toBe(50);
    await notes.getByRole('button', { name: 'Show older notes' }).click();
    await notes.getByText('note 1 of many', { exact: true }).waitFor();
    expect(await items.last().innerText()).toContain('note 1 of many');
    expect(await notes.getByRole('button', { name: 'Show older notes' }).count()).toBe(0);
    await notes.getByLabel('A note').fill('and one more');
    await notes.getByLabel('Your name').fill('Ann');
    await notes.getByRole('button', { name: 'Add the note' }).click();
    await notes.getByText('and one more').first().waitFor();
    await expect.poll(() => items.count()).toBe(53);
    expect(reader.faults).toEqual([]);
  });

  async function addNote(orderUid: string, text: string): Promise<void> {
    const answer = await fetch(`${site.url}/api/orders/${orderUid}/notes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text, author: 'Ann' }),
    });
    expect(answer.status).toBe(201);
  }

  it.each(SCREENS)('no text is drawn over another ($viewport.width pixels)', async (screen) => {
    const orderUid = await postOrder(site.url, {
      order_uid: `${'W'.repeat(28)}${crypto.randomUUID()}`,
      payment: LARGE_PAYMENT,
      item: {
        price: LARGEST,
        total_price: LARGEST,
        nm_id: LARGEST,
        chrt_id: LARGEST,
        status: LARGEST,
        name: 'Donaudampfschifffahrtsgesellschaftskapitaen'.repeat(3),
      },
    });
    await open(orderUid, screen);
    expect(await overlaps(reader.page)).toEqual([]);
    expect(await reader.page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
      screen.viewport.width,
    );
    expect(await reader.page.getByRole('article').innerText()).toContain('90,071,992,547,409.91');
  });

  it.each(SCREENS)(
    'a long text is cut, and shown whole in a box ($viewport.width pixels)',
    async (screen) => {
      const long = `Begin ${'many words of a text '.repeat(1_500)}end`;
      const short = 'x'.repeat(255);
      const orderUid = await postOrder(site.url, {
        delivery: { name: long, address: long, region: long, city: short, zip: short, phone: short },
        payment: { bank: short, provider: short, request_id: short },
        item: { name: long, brand: long, size: short, rid: short },
        itemCount: 8,
      });
      await open(orderUid, screen);
      expect(await heightOf(reader.page)).toBeLessThan(MOST_PAGE_PIXELS);
      const address = reader.page
        .locator('dl > div')
        .filter({ has: reader.page.getByText('Address', { exact: true }) });
      expect((await address.innerText()).length).toBeLessThan(300);
      await address.getByRole('button', { name: `Show all ${long.length.toLocaleString('en-US')}` }).click();
      expect(await address.locator('bdi').textContent()).toBe(long);
      expect(await heightOf(reader.page)).toBeLessThan(MOST_PAGE_PIXELS);
      await address.getByRole('button', { name: 'Show less' }).click();
      expect((await address.innerText()).length).toBeLessThan(300);
      expect(await overlaps(reader.page)).toEqual([]);
    },
  );

  it('an order of a thousand items is shown as its first ones, and as all when asked for', async () => {
    const orderUid = await postOrder(site.url, { itemCount: 1_000 });
    await open(orderUid, SCREENS[0]);
    const rows = reader.page.getByRole('table', { name: 'Items' }).locator('tbody tr');
    expect(await rows.count()).toBeLessThan(60);
    await reader.page.getByRole('button', { name: 'Show all 1,000 items' }).click();
    expect(await rows.count()).toBe(1_000);
    expect(await heightOf(reader.page)).toBeLessThan(MOST_PAGE_PIXELS);
  });

  it.each([
    ['right to left', 'שרה כהן (אשדוד) 12'],
    ['a control that is never ended', '\u202Eevil\u2066\u2067'],
    ['piled marks', `Z${'\u0300\u0316\u0489'.repeat(40)}algo`],
  ])('a name with %s leaves its neighbours as they are', async (_, name) => {
    const orderUid = await postOrder(site.url, {
      delivery: { name, city: name },
      item: { name, brand: name, rid: name },
    });
    await open(orderUid);
    const isolated = await reader.page.evaluate<boolean>(`
      [...document.querySelectorAll('main *')]
        .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.includes(${JSON.stringify(name.slice(0, 20))})))
        .every((one) => one.tagName === 'BDI' && one.textContent === ${JSON.stringify(name)})
    `);
    expect(isolated).toBe(true);
    // Clipped where the field ends: marks are drawn outside of the line that they belong to.
    const clipped = await reader.page.evaluate<boolean>(`
      [...document.querySelectorAll('main bdi')]
        .filter((one) => one.textContent === ${JSON.stringify(name)})
        .every((one) => getComputedStyle(one.closest('dd, th, td, .clip')).overflowY !== 'visible')
    `);
    expect(clipped).toBe(true);
    expect(await overlaps(reader.page)).toEqual([]);
  });
});

function heightOf(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollHeight');
}
