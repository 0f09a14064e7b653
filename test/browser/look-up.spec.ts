import type { Request } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { useSite } from './site.js';
import { freshUid, postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');

describe.skipIf(chromium.skipped !== undefined)('looking an order up on the page', () => {
  const site = useSite(chromium.executablePath);
  let reader: Visit;

  beforeEach(async () => {
    reader = await site.visit();
  });

  it('shows who gets it, what was paid and what is in it', async () => {
    const orderUid = await postOrder(site.url);
    await reader.go('/');
    await reader.lookUp(orderUid);

    await reader.orderHeading(orderUid).waitFor();
    const order = await reader.page.getByRole('article').innerText();
    for (const text of [
      'Test Testov',
      '+9720000000',
      '2639809',
      'Kiryat Mozkin',
      'Ploshad Mira 15',
      'Kraiot',
    ]) {
      expect(order).toContain(text);
    }
    for (const text of [
      'test@gmail.com',
      'WBILMTESTTRACK',
      'meest',
      'wbpay',
      'alpha',
      'Mascaras',
      'Vivienne Sabo',
    ]) {
      expect(order).toContain(text);
    }
    expect(order).toMatch(/Goods\s+\$3\.17\s+Delivery\s+\$15\.00\s+Custom fee\s+\$0\.00\s+Amount\s+\$18\.17/);
    expect(await reader.page.getByRole('list', { name: 'Marks' }).innerText()).toMatch(
      /received\s+version 1\s+1 item/,
    );
    const item = reader.page.getByRole('row', { name: 'Mascaras' });
    expect(await item.getByRole('cell').allInnerTexts()).toEqual([
      '2389212',
      '0',
      '202',
      '$4.53',
      '−30 %',
      '$3.17',
    ]);
    expect(await reader.announcement()).toBe(`Order ${orderUid}, version 1.`);
    expect(await reader.page.title()).toContain(orderUid);
  });

  it("shows times in the reader's zone and keeps the text they came as", async () => {
    const orderUid = await postOrder(site.url);
    await reader.go(`/?order=${orderUid}`);
    const created = reader.page.getByTitle('2021-11-26T06:22:19Z', { exact: true }).first();
    expect(await created.innerText()).toMatch(/^Nov 26, 2021, 7:22:19\sAM GMT\+1$/);
    const paid = reader.page.getByTitle('1637907727', { exact: true });
    expect(await paid.innerText()).toMatch(/7:22:07\sAM/);
  });

  it.each([
    ['JPY', '¥1,817'],
    ['KWD', 'KWD 1.817'],
    // Browsers know these two by fewer decimals than ISO 4217 gives them.
    ['IQD', 'IQD 1.817'],
    ['RSD', 'RSD 18.17'],
  ])('gives %s the decimals that ISO 4217 gives it', async (currency, amount) => {
    const orderUid = await postOrder(site.url, { payment: { currency } });
    await reader.go(`/?order=${orderUid}`);
    const head = reader.page
      .getByRole('article')
      .getByRole('banner')
      .or(reader.page.locator('article > header'));
    await expect.poll(async () => plainSpaces(await head.innerText())).toContain(amount);
  });

  it('marks an order whose totals do not add up, and says which', async () => {
    const orderUid = await postOrder(site.url, { payment: { amount: 2000 } });
    await reader.go(`/?order=${orderUid}`);
    await reader.page.getByText('totals do not add up').waitFor();
    await reader.page.getByText('Goods, delivery and fee make $18.17, but the amount is $20.00.').waitFor();
  });

  it('says that there is no such order', async () => {
    const orderUid = freshUid();
    await reader.go('/');
    await reader.lookUp(orderUid);
    await reader.page.getByRole('heading', { name: 'No such order' }).waitFor();
    expect(await reader.page.getByRole('region', { name: 'Order', exact: true }).innerText()).toContain(
      orderUid,
    );
    expect(await reader.announcement()).toMatch(/^No such order\./);
  });

  it.each(['a/b', '..', 'two words', 'ü', 'x'.repeat(65)])(
    'says that %j is no order id',
    async (impossible) => {
      await reader.go('/');
      await reader.lookUp(impossible);
      await reader.page.getByRole('heading', { name: 'That is no order ID' }).waitFor();
      const field = reader.page.getByLabel('Order ID');
      expect(await field.getAttribute('aria-invalid')).toBe('true');
      await reader.page.reload();
      await reader.page.getByRole('heading', { name: 'That is no order ID' }).waitFor();
      expect(await field.inputValue()).toBe(impossible);
    },
  );

  it.each(['', '   '])(
    'says what to do with a field that holds %j, and leaves the order in view',
    async (empty) => {
      const orderUid = await postOrder(site.url);
      await reader.go(`/?order=${orderUid}`);
      await reader.orderHeading(orderUid).waitFor();
      await reader.lookUp(empty);
      await expect
        .poll(() => reader.announcement())
        .toBe('Type or paste an order ID here, pick one from the recent orders, or send a test order.');
      expect(await reader.orderHeading(orderUid).isVisible()).toBe(true);
      expect(await reader.page.locator('#order-uid:focus').count()).toBe(1);

      await reader.go('/?order=');
      await reader.page.getByRole('heading', { name: 'No order chosen' }).waitFor();
      expect(await reader.announcement()).toContain('Type or paste an order ID here');
    },
  );

  it('says that the server is away, and goes on once it is back', async () => {
    const orderUid = await postOrder(site.url);
    await reader.go('/');
    await reader.page.route('**/api/orders/*', (route) => route.abort());
    await reader.lookUp(orderUid);
    await reader.page.getByRole('heading', { name: 'The server is away' }).waitFor();
    expect(await reader.announcement()).toBe('The server is away. The server could not be reached.');

    await reader.page.unroute('**/api/orders/*');
    await reader.page.getByRole('button', { name: 'Try again' }).click();
    await reader.orderHeading(orderUid).waitFor();
  });

  it('passes on what a server that cannot answer says', async () => {
    await reader.go('/');
    await reader.page.route('**/api/orders/*', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: '{"title":"Service Unavailable","status":503,"detail":"the database is away"}',
      }),
    );
    await reader.lookUp(freshUid());
    await expect.poll(() => reader.announcement()).toBe('The server is away. The database is away.');
  });

  it('opens a deep link, and goes back and forth through what was looked up', async () => {
    const first = await postOrder(site.url);
    const second = await postOrder(site.url);
    await reader.go(`/?order=${first}`);
    await reader.orderHeading(first).waitFor();
    expect(await reader.page.getByLabel('Order ID').inputValue()).toBe(first);

    await reader.lookUp(second);
    await reader.orderHeading(second).waitFor();
    expect(new URL(reader.page.url()).search).toBe(`?order=${second}`);

    await reader.page.goBack();
    await reader.orderHeading(first).waitFor();
    expect(await reader.page.getByLabel('Order ID').inputValue()).toBe(first);
    await reader.page.goForward();
    await reader.orderHeading(second).waitFor();
    await reader.page.reload();
    await reader.orderHeading(second).waitFor();
  });

  it('shows the order asked for last, however late the answer to an earlier one comes', async () => {
    const slow = await postOrder(site.url);
    const quick = await postOrder(site.url);
    await reader.go('/');
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const asked = reader.page.waitForRequest(`**/api/orders/${slow}`);
    await reader.page.route(`**/api/orders/${slow}`, async (route) => {
      await held;
      // Refused when the page has called the request off, which is what it should do.
      await route.continue().catch(() => undefined);
    });
    const isSlow = (request: Request) => request.url().endsWith(slow);
    const over = Promise.race([
      reader.page.waitForEvent('requestfailed', isSlow),
      reader.page.waitForEvent('requestfinished', isSlow),
    ]);
    await reader.lookUp(slow);
    await asked;
    await reader.lookUp(quick);
    await reader.orderHeading(quick).waitFor();
    letGo();
    await over;
    await reader.page.evaluate(
      'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
    );
    expect(await reader.orderHeading(quick).isVisible()).toBe(true);
  });
});

/** Intl parts a code from its amount with a no-break space. */
function plainSpaces(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}
