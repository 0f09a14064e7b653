import type { Locator } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { useSite } from './site.js';
import { freshUid, postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');

describe.skipIf(chromium.skipped !== undefined)('finding an order', () => {
  const site = useSite(chromium.executablePath);
  let reader: Visit;

  beforeEach(async () => {
    reader = await site.visit();
  });

  const field = (): Locator => reader.page.getByLabel('Find an order');
  const found = (): Locator => reader.page.getByRole('table', { name: 'Found orders' }).locator('tbody tr');
  const newest = (): Locator => reader.page.getByRole('table', { name: 'Newest orders' }).locator('tbody tr');

  /** One caller, of whom nothing is like another's. */
  function caller() {
    const one = crypto.randomUUID().slice(0, 8);
    const digits = String(Math.floor(1e8 + Math.random() * 9e8));
    return {
      order_uid: `order-${one}-of-a-caller`,
      track_number: `TRACK${one}`,
      customer_id: `customer-${one}`,
      delivery: { name: `Noa Ben-${one}`, email: `noa.${one}@example.com`, phone: `+972${digits}` },
      digits,
    };
  }

  it.each([
    ['order id', (one: ReturnType<typeof caller>) => one.order_uid],
    ['order id', (one: ReturnType<typeof caller>) => one.order_uid.slice(0, 14)],
    ['track number', (one: ReturnType<typeof caller>) => one.track_number.toLowerCase()],
    ['customer id', (one: ReturnType<typeof caller>) => one.customer_id],
    ['e-mail', (one: ReturnType<typeof caller>) => one.delivery.email.toUpperCase()],
    ['phone', ({ digits }: ReturnType<typeof caller>) => `00972 ${digits.slice(0, 2)}-${digits.slice(2)}`],
    ['phone', ({ digits }: ReturnType<typeof caller>) => `0${digits}`],
    ['name', (one: ReturnType<typeof caller>) => one.delivery.name],
    ['track number', (one: ReturnType<typeof caller>) => `  "${one.track_number}" `],
  ])('by its %s, and says so', async (name, typed) => {
    const { digits, ...order } = caller();
    await postOrder(site.url, order);
    await reader.go('/');
    await field().pressSequentially(typed({ ...order, digits }), { delay: 1 });
    const row = found().filter({ hasText: order.order_uid });
    await row.waitFor();
    // What was found for the first characters may stand there still.
    await expect.poll(() => row.locator('.order-found').innerText()).toMatch(new RegExp(`^${name} `));
    for (const text of ['received', 'not paid', 'not shipped', order.customer_id, '$18.17']) {
      expect(await row.innerText()).toContain(text);
    }
  });

  it('opens the one that is found by Enter, from any view and with what was pasted around it', async () => {
    const { digits: _, ...order } = caller();
    const other = await postOrder(site.url);
    await postOrder(site.url, order);
    await reader.openOrder(other);
    await reader.page.keyboard.press('/');
    expect(await hasFocus(field())).toBe(true);
    await reader.find(` “${order.order_uid}” `);
    await reader.orderHeading(order.order_uid).waitFor();
    await reader.page.goBack();
    await found().filter({ hasText: order.order_uid }).waitFor();
    expect(new URL(reader.page.url()).search).toBe(`?q=${order.order_uid}`);
    await reader.page.goBack();
    await reader.orderHeading(other).waitFor();
  });

  it('loses nothing of what is typed before the view is there', async () => {
    const { digits: _, ...order } = caller();
    await postOrder(site.url, order);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await reader.page.route('**/find.js', async (route) => {
      await held;
      await route.continue();
    });
    await reader.go('/');
    await field().pressSequentially(order.track_number);
    // The pause that the field waits for has passed: whoever listens by now has not been told.
    await reader.page.evaluate('new Promise((resolve) => setTimeout(resolve, 200))');
    letGo();
    await found().filter({ hasText: order.order_uid }).waitFor();
    expect(await field().inputValue()).toBe(order.track_number);
  });

  it('of several goes to the first, and on by j and k', async () => {
    const customer_id = `customer-${crypto.randomUUID().slice(0, 8)}`;
    const uids = [await postOrder(site.url, { customer_id }), await postOrder(site.url, { customer_id })];
    await reader.go('/');
    await reader.find(customer_id);
    await found().nth(1).waitFor();
    const focused = (): Promise<string> => reader.page.evaluate('document.activeElement.textContent');
    await expect.poll(focused).toMatch(/^browser-/);
    const first = await focused();
    await reader.page.keyboard.press('j');
    const second = await focused();
    expect([first, second].sort()).toEqual(uids.sort());
    await reader.page.keyboard.press('k');
    expect(await focused()).toBe(first);
    await reader.page.keyboard.press('Enter');
    await reader.orderHeading(first).waitFor();
  });

  it('shows what becomes of those that were found', async () => {
    const { digits: _, ...order } = caller();
    await postOrder(site.url, order);
    await reader.go(`/?q=${order.customer_id}`);
    await found().getByText('received').waitFor();
    await reader.connected();
    const answer = await fetch(`${site.url}/api/orders/${order.order_uid}/status`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ status: 'confirmed' }),
    });
    expect(answer.ok).toBe(true);
    await found().getByText('confirmed').waitFor();
  });

  it('says what to try when nothing is found, and what is too short', async () => {
    await reader.go('/?q=nobody-has-this');
    await reader.page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    expect(await reader.page.getByRole('main').innerText()).toContain('track number, customer id, e-mail');
    await field().fill('ab');
    await reader.page.getByText('Orders are found from 3 characters on').waitFor();
  });

  it('by the whole id alone where the search is switched off, and says so', async () => {
    const orderUid = await postOrder(site.url);
    await reader.page.route('**/api/features', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...((await response.json()) as object), search: false } });
    });
    await reader.go(`/?q=${orderUid.slice(0, 12)}`);
    await reader.page.getByRole('heading', { name: 'No order has this id' }).waitFor();
    await reader.page.getByText('The search is switched off on this server').waitFor();
    await reader.find(orderUid);
    await reader.orderHeading(orderUid).waitFor();
  });

  it('shows the newest orders before anything is asked for, and a new one as it comes', async () => {
    const first = await postOrder(site.url);
    await reader.go('/');
    await newest().filter({ hasText: first }).waitFor();
    await reader.connected();
    const orderUid = await postOrder(site.url);
    const row = newest().filter({ hasText: orderUid });
    await row.waitFor();
    expect(await row.innerText()).toContain('received');
    await row.getByRole('link').click();
    await reader.orderHeading(orderUid).waitFor();
  });

  it('says what will be there when there are no orders yet', async () => {
    await reader.page.route('**/api/orders?**', (route) => route.fulfill({ json: [] }));
    await reader.go('/');
    await reader.page.getByRole('heading', { name: 'No orders yet' }).waitFor();
  });

  it('counts what is in trouble on the start page', async () => {
    await reader.go('/');
    const trouble = reader.page.getByRole('region', { name: 'In trouble' });
    for (const words of ['Refused events', 'Waiting to be confirmed']) {
      await expect.poll(() => trouble.getByRole('link', { name: words }).innerText()).toMatch(/^\d+\+?\s/);
    }
    // Nobody records payments here.
    expect(await trouble.getByRole('link', { name: 'Disputed payments' }).count()).toBe(0);
  });

  it('names what is not ready, and has no number where nothing is in trouble', async () => {
    const views = reader.page.getByRole('navigation', { name: 'Views' });
    const answered = reader.page.waitForResponse('**/api/counts/trouble');
    await reader.go('/live');
    await answered;
    await views.getByRole('link', { name: 'Trouble', exact: true }).waitFor();
    const told = { counts: { dead_letters: null }, not_ready: ['kafka', 'redis'] };
    await reader.page.route('**/api/counts/trouble', (route) => route.fulfill({ json: told }));
    await reader.go('/');
    await views.getByRole('link', { name: 'Trouble 2+ to see to', exact: true }).waitFor();
    const line = reader.page.getByRole('link', { name: /^2 Parts not ready/ });
    await expect.poll(() => line.innerText()).toContain('kafka, redis');
    await line.click();
    await reader.page.getByRole('table', { name: 'Parts of the program' }).waitFor();
    expect(reader.faults).toEqual([]);
  });

  it('keeps the focus on a link above when another one goes', async () => {
    await reader.go('/');
    const views = reader.page.getByRole('navigation', { name: 'Views' });
    await views.getByRole('link', { name: 'Demo' }).waitFor();
    await views.getByRole('link', { name: 'Orders' }).focus();
    await reader.page.route('**/api/features', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...((await response.json()) as object), demo: false } });
    });
    await reader.page.evaluate(`document.getElementById('load-anew').click()`);
    await views.getByRole('link', { name: 'Demo' }).waitFor({ state: 'detached' });
    expect(await hasFocus(views.getByRole('link', { name: 'Orders' }))).toBe(true);
  });

  it('leads old links and wrong ones on', async () => {
    const orderUid = await postOrder(site.url);
    await reader.go(`/?order=${orderUid}`);
    await reader.orderHeading(orderUid).waitFor();
    expect(new URL(reader.page.url()).pathname).toBe(`/orders/${orderUid}`);
    await reader.go(`/orders/${freshUid()}/nowhere`);
    await reader.page.getByRole('heading', { name: 'No such page' }).waitFor();
    await reader.page.getByRole('main').getByRole('link', { name: 'Find' }).click();
    await reader.page.getByRole('region', { name: 'Newest orders' }).waitFor();
  });

  it('stays as it is when the reader skips to it', async () => {
    await reader.openOrder(await postOrder(site.url));
    const note = reader.page.getByLabel('A note');
    await note.fill('half a');
    await reader.page.getByRole('link', { name: 'Skip to the view' }).press('Enter');
    await reader.page.waitForURL('**#main');
    expect(await hasFocus(reader.page.getByRole('main'))).toBe(true);
    expect(await note.inputValue()).toBe('half a');
    await reader.page.goBack();
    expect(new URL(reader.page.url()).hash).toBe('');
    expect(await note.inputValue()).toBe('half a');
  });

  it('lists the keys, and lets them be switched off', async () => {
    await reader.go('/');
    await reader.page.getByRole('region', { name: 'Newest orders' }).waitFor();
    await reader.page.keyboard.press('?');
    const keys = reader.page.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('To the next row of the view').waitFor();
    await keys.getByLabel('Single keys do nothing').check();
    await reader.page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
    await reader.page.keyboard.press('/');
    expect(await hasFocus(field())).toBe(false);
  });
});

async function hasFocus(locator: Locator): Promise<boolean> {
  return (await locator.and(locator.page().locator(':focus')).count()) === 1;
}
