import type { Locator } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { SHOP } from '../support/waybill-process.js';
import { Happenings } from './happenings.js';
import { orderView } from './order-view.js';
import { useSite } from './site.js';
import { postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');
const DAY_MS = 86_400_000;

describe.skipIf(chromium.skipped !== undefined)('an order of the shop', () => {
  const site = useSite(chromium.executablePath, { env: SHOP });
  const happens = new Happenings(site);
  let reader: Visit;

  beforeEach(async () => {
    reader = await site.visit();
  });

  const { part } = orderView(() => reader);
  const state = (words: string): Locator =>
    reader.page.getByLabel('States').getByText(words, { exact: true });

  it('shows its payments as a ledger with the balance, and the money that is due', async () => {
    const orderUid = await postOrder(site.url);
    await happens.pay(orderUid, 'captured', 1817);
    await happens.pay(orderUid, 'refunded', 317, { reason: 'one was broken' });
    await reader.openOrder(orderUid);
    await state('partly refunded').waitFor();
    const ledger = part('Payments');
    await expect
      .poll(async () => (await ledger.locator('tbody tr').allInnerTexts()).map(plain))
      .toEqual([
        expect.stringMatching(/captured.* \+\$18\.17$/),
        expect.stringMatching(/refunded.*one was broken −\$3\.17$/),
      ]);
    const balance = await ledger.getByLabel('Balance').innerText();
    expect(plain(balance)).toContain('Captured $18.17 Refunded −$3.17 Balance $15.00');
    expect(plain(balance)).not.toContain('Not paid yet');

    // It is acted on as it is seen: what changes meanwhile refuses it.
    await state('confirmed').waitFor();
    await reader.page.getByRole('button', { name: 'Cancel the order …' }).click();
    await reader.page.getByRole('dialog').getByLabel('Why').fill('not wanted');
    await reader.page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }).click();
    await reader.page.getByText('To be refunded: $15.00.').waitFor();
  });

  it('says what is not paid yet, and what was paid too much', async () => {
    const orderUid = await postOrder(site.url);
    await happens.pay(orderUid, 'captured', 1000);
    await reader.openOrder(orderUid);
    const balance = part('Payments').getByLabel('Balance');
    await balance.getByText('$8.17').waitFor();
    expect(plain(await balance.innerText())).toContain('Not paid yet $8.17');
    await happens.pay(orderUid, 'captured', 1817);
    await balance.getByText('Paid too much').waitFor();
    expect(plain(await balance.innerText())).toContain('Paid too much $10.00');
    await reader.page.getByText('more was paid than the order costs').waitFor();
  });

  it('enters the list that it belongs to and leaves it, and moves nothing under a pointer', async () => {
    const [first, second] = [
      await postOrder(site.url, { customer_id: 'objecting' }),
      await postOrder(site.url, { customer_id: 'objecting' }),
    ];
    const dispute = async (orderUid: string) => {
      for (const type of ['captured', 'disputed']) await happens.pay(orderUid, type, 1817);
    };
    const show = (words: string) => reader.page.getByRole('button', { name: words, exact: true });
    const rowOf = (orderUid: string) => reader.page.locator(`tr[data-order="${orderUid}"]`);
    await reader.go('/orders?payment_status=disputed&customer_id=objecting');
    await reader.page.getByText('No order is like that').waitFor();
    await reader.connected();
    await dispute(first);
    await rowOf(first).getByText('disputed').waitFor();

    await rowOf(first).hover();
    const place = await rowOf(first).boundingBox();
    await dispute(second);
    await show('Show 1 changed order').waitFor();
    await happens.pay(first, 'dispute_won', 1817);
    await rowOf(first).getByText('paid', { exact: true }).waitFor();
    await show('Show 2 changed orders').waitFor();
    expect(await rowOf(second).count()).toBe(0);
    expect(await rowOf(first).boundingBox()).toEqual(place);

    await reader.page.getByLabel('Customer').hover();
    await rowOf(second).waitFor();
    await rowOf(first).waitFor({ state: 'detached' });
    await reader.page.getByText('1 order', { exact: true }).waitFor();
    expect(await reader.page.getByRole('button', { name: /changed order/ }).isVisible()).toBe(false);
    expect(reader.faults).toEqual([]);
  });

  it('says what is disputed', async () => {
    const orderUid = await postOrder(site.url);
    await happens.pay(orderUid, 'captured', 1817);
    await happens.pay(orderUid, 'disputed', 1817);
    await reader.openOrder(orderUid);
    await state('disputed').waitFor();
    await reader.page.getByText('The customer disputes $18.17.').waitFor();
  });

  it('shows where its parcels are and have been, and what is overdue', async () => {
    const track = `T${crypto.randomUUID()}`;
    const orderUid = await postOrder(site.url, { track_number: track, item: { track_number: track } });
    const promised = new Date(Date.now() - 2 * DAY_MS);
    await happens.carry(track, 'accepted', { location: 'Haifa' });
    await happens.carry(track, 'arrived', { location: 'Leipzig', estimated_at: promised.toISOString() });
    await reader.openOrder(orderUid);
    await state('on its way').waitFor();
    const parcel = part('Parcels').getByRole('listitem').filter({ hasText: track }).first();
    await parcel.getByText('arrived at a depot').first().waitFor();
    const places = await parcel.locator('.places li').allInnerTexts();
    expect(places.map(plain)).toEqual([
      expect.stringContaining('arrived at a depot, Leipzig'),
      expect.stringContaining('handed to the carrier, Haifa'),
    ]);
    await parcel.getByText('overdue', { exact: true }).waitFor();
    await reader.page.getByText(/^Overdue: it was promised for .*, 2 days ago\.$/).waitFor();

    await happens.carry(track, 'delivered', { location: 'Berlin' });
    await state('delivered').first().waitFor();
    await parcel.getByText('delivered, Berlin').waitFor();
    await expect.poll(() => reader.page.getByText(/^Overdue/).count()).toBe(0);
  });

  it('says how many are left of each item, and which were out of stock', async () => {
    const plenty = await count(7);
    const none = await count(0);
    const there = await postOrder(site.url, { item: plenty });
    await reader.openOrder(there);
    await state('confirmed').waitFor();
    await part('Items').getByRole('link', { name: '6 left' }).waitFor();

    const missing = await postOrder(site.url, { item: { ...none, name: 'Lip balm' } });
    await reader.openOrder(missing);
    await state('cancelled').waitFor();
    await reader.page.getByText('Out of stock: Lip balm.').waitFor();
    await part('Items').getByText('was out of stock').waitFor();
    await part('History').getByText('Why: out of stock').waitFor();
  });

  /** Registers a thing that nobody else has. */
  async function count(pieces: number): Promise<{ chrt_id: number; nm_id: number }> {
    const chrt_id = Math.floor(Math.random() * 1e12);
    const item = { chrt_id, nm_id: chrt_id + 1 };
    await happens.countStock(chrt_id, pieces, item.nm_id);
    return item;
  }
});

function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
