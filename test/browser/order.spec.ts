import { beforeEach, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { orderView } from './order-view.js';
import { useSite } from './site.js';
import { freshUid, postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');

describe.skipIf(chromium.skipped !== undefined)('an order', () => {
  const site = useSite(chromium.executablePath);
  let reader: Visit;

  beforeEach(async () => {
    reader = await site.visit();
  });

  const { part, states, dialog, press } = orderView(() => reader);

  it('shows who gets it, what was paid and what is in it', async () => {
    const orderUid = await postOrder(site.url);
    await reader.openOrder(orderUid);
    const article = await reader.page.getByRole('article').innerText();
    const delivery = ['Test Testov', '+9720000000', '2639809', 'Kiryat Mozkin', 'Ploshad Mira 15', 'Kraiot'];
    for (const text of [
      ...delivery,
      'test@gmail.com',
      'meest',
      'wbpay',
      'alpha',
      'Mascaras',
      'Vivienne Sabo',
    ]) {
      expect(article).toContain(text);
    }
    expect(await states().innerText()).toMatch(
      /Order\s+received[^]*Payment\s+not paid[^]*Shipment\s+not shipped/,
    );
    expect(await reader.announcement()).toBe(`Order ${orderUid}, version 1.`);
    expect(await reader.page.title()).toBe(`Order ${orderUid} · Waybill`);
    expect(await reader.page.getByText(/^Answered from (memory|the database) in [\d.]+ ms\.$/).count()).toBe(
      1,
    );
  });

  it('has items whose prices, discounts and totals add up before the eye', async () => {
    const orderUid = await postOrder(site.url);
    await reader.openOrder(orderUid);
    const item = part('Items').getByRole('row', { name: 'Mascaras' });
    expect((await item.getByRole('cell').allInnerTexts()).slice(-3)).toEqual(['$4.53', '−30 %', '$3.17']);
    const rows = await part('Items').locator('tfoot tr').allInnerTexts();
    expect(rows.map((row) => row.replaceAll(/\s+/g, ' ').trim())).toEqual([
      'Sum of 1 item $3.17',
      'Delivery $15.00',
      'Customs fee $0.00',
      'Amount $18.17',
    ]);
  });

  it('whose totals do not add up says which', async () => {
    const orderUid = await postOrder(site.url, { payment: { amount: 2000 } });
    await reader.openOrder(orderUid);
    const fault = 'goods, delivery and fee make $18.17, but the amount is $20.00.';
    await reader.page.getByText(`The totals do not add up: ${fault}`).waitFor();
  });

  it("shows times in the reader's zone and keeps the text they came as", async () => {
    const orderUid = await postOrder(site.url);
    await reader.openOrder(orderUid);
    const created = reader.page.getByTitle('2021-11-26T06:22:19Z', { exact: true }).first();
    expect(await created.innerText()).toMatch(/^Nov 26, 2021, 7:22:19\sAM GMT\+1$/);
    expect(await reader.page.getByTitle('1637907727', { exact: true }).innerText()).toMatch(/7:22:07\sAM/);
  });

  it.each([
    ['JPY', '¥1,817'],
    ['KWD', 'KWD 1.817'],
    // Browsers know these two by fewer decimals than ISO 4217 gives them.
    ['IQD', 'IQD 1.817'],
    ['RSD', 'RSD 18.17'],
  ])('in %s has the decimals that ISO 4217 gives it', async (currency, amount) => {
    const orderUid = await postOrder(site.url, { payment: { currency } });
    await reader.openOrder(orderUid);
    const sum = await reader.page.locator('.order-sum').innerText();
    // Intl parts a code from its amount with a no-break space.
    expect(sum.replaceAll('\u00a0', ' ')).toContain(amount);
  });

  it('is confirmed and packed after a question, and its history says so', async () => {
    const orderUid = await postOrder(site.url);
    await reader.openOrder(orderUid);
    await press('Confirm');
    expect(await dialog().getByRole('heading').innerText()).toBe('Confirm this order?');
    await dialog().getByRole('button', { name: 'Back' }).click();
    expect(await stored(site.url, orderUid)).toMatchObject({ status: 'received', version: 1 });

    await press('Confirm');
    await dialog().getByRole('button', { name: 'Confirm' }).click();
    await states().getByText('confirmed').waitFor();
    await press('Mark as packed');
    await dialog().getByLabel('Why').fill('by Lena, shelf 7');
    await dialog().getByRole('button', { name: 'Mark as packed' }).click();
    await states().getByText('packed').waitFor();
    expect(await stored(site.url, orderUid)).toMatchObject({ status: 'packed', version: 3 });

    const steps = part('History').getByRole('listitem');
    await expect.poll(() => steps.count()).toBe(3);
    expect(await steps.first().innerText()).toMatch(
      /confirmed\s*→\s*packed[^]*through the API[^]*Why: by Lena, shelf 7/,
    );
  });

  it('is cancelled with a reason, and not without one', async () => {
    const orderUid = await postOrder(site.url);
    await reader.openOrder(orderUid);
    await press('Cancel the order …');
    await dialog().getByRole('button', { name: 'Cancel the order' }).click();
    expect(await dialog().isVisible()).toBe(true);
    await dialog().getByLabel('Why').fill('  ');
    await dialog().getByRole('button', { name: 'Cancel the order' }).click();
    await dialog().getByText('Say why').waitFor();
    await dialog().getByLabel('Why').fill('the customer called');
    await dialog().getByRole('button', { name: 'Cancel the order' }).click();
    await states().getByText('cancelled').waitFor();
    await part('History').getByText('the customer called').waitFor();
    await reader.page.getByText('It is cancelled: no further step.').waitFor();
  });

  it('says who has done what, by the name that is asked for once', async () => {
    await reader.openOrder(await postOrder(site.url));
    await press('Cancel the order …');
    await dialog().getByLabel('Why').fill('customer changed her mind');
    await dialog().getByLabel('Your name').fill(' Mia <b> ');
    await dialog().getByRole('button', { name: 'Cancel the order' }).click();
    await states().getByText('cancelled').waitFor();
    const step = part('History').getByRole('listitem').first();
    await expect
      .poll(async () => (await step.innerText()).replaceAll(/\s+/g, ' '))
      .toMatch(/→ cancelled by Mia <b> Why: customer changed her mind$/);
    await reader.openOrder(await postOrder(site.url));
    await press('Confirm');
    expect(await dialog().getByLabel('Your name').inputValue()).toBe('Mia <b>');
  });

  it('that was acted on while the answer got lost is acted on once', async () => {
    const orderUid = await postOrder(site.url);
    await reader.openOrder(orderUid);
    reader.expectFaults(/ERR_FAILED .*\/status/);
    await reader.page.route(
      '**/status',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await press('Confirm');
    await dialog().getByRole('button', { name: 'Confirm' }).click();
    await dialog().getByText('The server could not be reached. Try again').waitFor();
    await dialog().getByRole('button', { name: 'Confirm' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect(await stored(site.url, orderUid)).toMatchObject({ status: 'confirmed', version: 2 });
    expect(await reader.page.getByText('Someone was faster').count()).toBe(0);
  });

  it('gets a corrected address while that is allowed', async () => {
    const orderUid = await postOrder(site.url);
    await reader.openOrder(orderUid);
    await press('Correct the address …');
    await dialog().getByLabel('Street and number').fill('Herzl 5');
    await dialog().getByLabel('City').fill('Haifa');
    await dialog().getByLabel('E-mail').fill('no address');
    await dialog().getByRole('button', { name: 'Save the address' }).click();
    expect(await dialog().isVisible()).toBe(true);
    await dialog().getByLabel('E-mail').fill('new@example.com');
    await dialog().getByRole('button', { name: 'Save the address' }).click();
    await part('Delivery').getByText('Herzl 5').waitFor();
    const order = await (await fetch(`${site.url}/api/orders/${orderUid}`)).json();
    expect(order).toMatchObject({
      delivery: { address: 'Herzl 5', city: 'Haifa', email: 'new@example.com', name: 'Test Testov' },
      payment: { amount: 1817 },
    });

    for (const status of ['confirmed', 'shipped']) await setStatus(site.url, orderUid, status);
    await part('Delivery').getByText('The address cannot be corrected any more').waitFor();
    expect(await reader.page.getByRole('button', { name: /Correct the address/ }).count()).toBe(0);
  });

  it('is called and written to by links, and copied by buttons', async () => {
    const orderUid = await postOrder(site.url, {
      delivery: { phone: '+972 (0) 54-123', email: 'a?b&c@example.com' },
    });
    reader = await site.visit({ permissions: ['clipboard-read', 'clipboard-write'] });
    await reader.openOrder(orderUid);
    const href = (text: string): Promise<string | null> =>
      part('Delivery').getByRole('link', { name: text }).getAttribute('href');
    expect(await href('+972 (0) 54-123')).toBe('tel:+972054123');
    expect(await href('a?b&c@example.com')).toBe('mailto:a%3Fb%26c@example.com');
    const clipboard = (): Promise<string> => reader.page.evaluate('navigator.clipboard.readText()');
    await press('Copy the order id');
    await expect.poll(clipboard).toBe(orderUid);
    await expect.poll(() => reader.announcement()).toBe('Copied the order id.');
    await press('Copy the address');
    await expect.poll(clipboard).toBe('Test Testov, Ploshad Mira 15, 2639809 Kiryat Mozkin, Kraiot');
    await press('Copy as JSON');
    await expect
      .poll(async () => JSON.parse(await clipboard()) as unknown)
      .toMatchObject({ order_uid: orderUid });
  });

  it('is there as JSON when that is asked for', async () => {
    const orderUid = await postOrder(site.url);
    await reader.openOrder(orderUid);
    const text = part('For developers').getByLabel('The order as JSON');
    expect(await text.isVisible()).toBe(false);
    await part('For developers').getByText('Show it as JSON').click();
    await expect.poll(() => text.innerText()).not.toBe('');
    expect(JSON.parse(await text.innerText())).toMatchObject({ order_uid: orderUid, sm_id: 99 });
  });

  it('keeps notes of support, and what was typed when one could not be added', async () => {
    const orderUid = await postOrder(site.url);
    await reader.openOrder(orderUid);
    const notes = part('Notes');
    await notes.getByText('Nobody has noted anything yet.').waitFor();
    await reader.page.keyboard.press('n');
    await reader.page.keyboard.type('wants it on Saturday');
    await notes.getByLabel('Your name').fill('Ann');
    reader.expectFaults(/ERR_FAILED .*\/notes/);
    await reader.page.route('**/notes', (route) => route.abort(), { times: 1 });
    await press('Add the note');
    await notes.getByText('The note was not added. The server could not be reached.').waitFor();
    await press('Add the note');
    await notes.getByRole('listitem').getByText('wants it on Saturday').waitFor();
    await notes.getByLabel('A note').fill('<b>called again</b>');
    await press('Add the note');
    await expect.poll(() => notes.getByRole('listitem').count()).toBe(2);
    expect(await notes.getByRole('listitem').first().innerText()).toMatch(/^Ann, [^]*<b>called again<\/b>$/);

    await reader.page.reload();
    await expect.poll(() => notes.getByRole('listitem').count()).toBe(2);
    expect(await notes.getByLabel('Your name').inputValue()).toBe('Ann');
    expect(await notes.getByLabel('A note').inputValue()).toBe('');
  });

  it("leads to its customer's other orders", async () => {
    const customer_id = freshUid();
    const other = await postOrder(site.url, { customer_id });
    const orderUid = await postOrder(site.url, { customer_id });
    await reader.openOrder(orderUid);
    const others = part("The customer's other orders");
    await expect.poll(() => others.getByRole('listitem').count()).toBe(1);
    await others.getByRole('link', { name: other }).click();
    await reader.orderHeading(other).waitFor();
    expect(new URL(reader.page.url()).pathname).toBe(`/orders/${other}`);
    await reader.page.goBack();
    await reader.orderHeading(orderUid).waitFor();
    await reader.page.goForward();
    await reader.orderHeading(other).waitFor();
    await reader.page.reload();
    await reader.orderHeading(other).waitFor();
  });

  it('changes by itself while it is open, and leaves alone what has not changed', async () => {
    const orderUid = await postOrder(site.url, { itemCount: 20 });
    await reader.openOrder(orderUid);
    await press('Show all 20 items');
    await reader.connected();
    const rows = part('Items').locator('tbody tr');
    const row = await rows.last().elementHandle();
    await setStatus(site.url, orderUid, 'confirmed', 'checked by phone');
    await states().getByText('confirmed').waitFor();
    await part('History').getByText('checked by phone').waitFor();
    expect(await row?.evaluate((one) => (one as unknown as { isConnected: boolean }).isConnected)).toBe(true);
    expect(await rows.count()).toBe(20);
    await expect.poll(() => reader.announcement()).toBe('The order has changed: now confirmed.');
  });

  it('that is not there is said once, and shown by itself when it comes', async () => {
    const orderUid = freshUid();
    await reader.go(`/orders/${orderUid}`);
    await reader.page.getByRole('heading', { name: 'No such order' }).waitFor();
    expect((await reader.page.locator('body').innerText()).match(/no such order/gi)).toHaveLength(1);
    await reader.connected();
    await postOrder(site.url, { order_uid: orderUid });
    await reader.page.locator('#toast').getByText('The order has come.').waitFor();
    await reader.orderHeading(orderUid).waitFor();
    expect(await reader.page.title()).toBe(`Order ${orderUid} · Waybill`);
  });

  it.each(['a%2Fb', 'two%20words', 'ü', 'x'.repeat(65), '<img src=x onerror=alert(1)>'])(
    'cannot have the id %s',
    async (impossible) => {
      await reader.go(`/orders/${impossible}`);
      await reader.page.getByRole('heading', { name: 'That is no order id' }).waitFor();
      expect(await reader.page.locator('main img').count()).toBe(0);
    },
  );

  it('waits for a server that is away, and comes by itself once it is back', async () => {
    const orderUid = await postOrder(site.url);
    reader.expectFaults(/ERR_FAILED .*\/api\/orders/);
    await reader.page.route('**/api/orders/**', (route) => route.abort());
    await reader.go(`/orders/${orderUid}`);
    await reader.page.getByRole('heading', { name: 'The server is away' }).waitFor();
    const again = reader.page.getByRole('button', { name: 'Try again' });
    await again.focus();
    const pressed = reader.page.waitForEvent('requestfailed', (one) => one.url().endsWith(orderUid));
    await again.press('Enter');
    await pressed;
    expect(await reader.page.evaluate('document.activeElement.textContent')).toBe('Try again');
    await reader.page.unroute('**/api/orders/**');
    await reader.orderHeading(orderUid).waitFor();
    expect(await reader.page.title()).toBe(`Order ${orderUid} · Waybill`);
    await expect.poll(() => reader.page.evaluate('document.activeElement.id')).toBe('order-heading');
  });

  it.each([
    [503, 'the database is away', 'The server is away', 'The database is away.'],
    [403, 'requests of this page are refused', 'Not allowed', 'Requests of this page are refused.'],
  ])('is refused by a %i in the words of the server', async (status, detail, heading, words) => {
    reader.expectFaults(new RegExp(`${status} .*/api/orders`));
    await reader.page.route('**/api/orders/**', (route) =>
      route.fulfill({
        status,
        contentType: 'application/problem+json',
        body: JSON.stringify({ title: 'Problem', status, detail }),
      }),
    );
    await reader.go(`/orders/${freshUid()}`);
    await reader.page.getByRole('heading', { name: heading }).waitFor();
    await reader.page.getByText(words, { exact: true }).waitFor();
  });

  it('says that the server is slow when no answer comes', async () => {
    await reader.page.addInitScript(`{
      const timeout = AbortSignal.timeout.bind(AbortSignal);
      AbortSignal.timeout = (ms) => timeout(ms / 100);
    }`);
    await reader.page.route('**/api/orders/**', () => undefined);
    await reader.go(`/orders/${freshUid()}`);
    await reader.page.getByRole('heading', { name: 'The server is slow' }).waitFor();
  });

  it('shows text that looks like HTML as the text it is', async () => {
    const trap = `<img src=x onerror="document.title='owned'"><b>bold</b>&amp;`;
    const orderUid = await postOrder(site.url, {
      delivery: { name: trap, city: trap, address: trap, region: trap, zip: trap, phone: trap },
      payment: { bank: trap, provider: trap, transaction: trap, request_id: trap },
      item: { name: trap, brand: trap, size: trap, track_number: trap, rid: trap },
      customer_id: trap,
      track_number: `${trap}1`,
    });
    await setStatus(site.url, orderUid, 'confirmed', trap);
    await reader.openOrder(orderUid);
    const article = reader.page.getByRole('article');
    // Six of the delivery, the customer, four of the payment, four of the item, the reason in the history.
    await expect.poll(() => article.getByText(trap, { exact: true }).count()).toBe(16);
    expect(await reader.page.locator('main img, main b:not(.steps b)').count()).toBe(0);
    expect(await reader.page.title()).toContain(orderUid);
  });

  it('shows the order that was asked for last, however late the answer to an earlier one comes', async () => {
    const slow = await postOrder(site.url);
    const quick = await postOrder(site.url);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await reader.page.route(`**/api/orders/${slow}`, async (route) => {
      await held;
      // Refused when the page has called the request off, which is what it should do.
      await route.continue().catch(() => undefined);
    });
    const asked = reader.page.waitForRequest(`**/api/orders/${slow}`);
    const calledOff = reader.page.waitForEvent('requestfailed', (one) => one.url().endsWith(slow));
    await reader.go(`/orders/${slow}`);
    await asked;
    await reader.find(quick);
    await reader.orderHeading(quick).waitFor();
    await calledOff;
    letGo();
    expect(await reader.orderHeading(quick).isVisible()).toBe(true);
  });
});

async function stored(baseUrl: string, orderUid: string): Promise<unknown> {
  return (await fetch(`${baseUrl}/api/orders/${orderUid}/summary`)).json();
}

async function setStatus(baseUrl: string, orderUid: string, status: string, reason?: string): Promise<void> {
  const response = await fetch(`${baseUrl}/api/orders/${orderUid}/status`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status, reason }),
  });
  if (!response.ok) throw new Error(`POST status: ${response.status} ${await response.text()}`);
}
