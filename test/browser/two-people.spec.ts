import type { Locator } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { problem } from './answers.js';
import { useSite } from './site.js';
import { postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');

describe.skipIf(chromium.skipped !== undefined)('two people at one order', () => {
  const site = useSite(chromium.executablePath);
  let ann: Visit;
  let bob: Visit;
  let orderUid: string;

  beforeEach(async () => {
    orderUid = await postOrder(site.url);
    [ann, bob] = [await site.visit(), await site.visit()];
    await Promise.all([ann.openOrder(orderUid), bob.openOrder(orderUid)]);
    for (const one of [ann, bob]) await one.connected();
  });

  const ask = ({ page }: Visit, name: string): Promise<void> =>
    page.getByRole('button', { name, exact: true }).click();
  const dialogOf = ({ page }: Visit): Locator => page.getByRole('dialog');
  const answer = (one: Visit, name: string): Promise<void> =>
    dialogOf(one).getByRole('button', { name, exact: true }).click();

  it('see what the other does', async () => {
    await ask(ann, 'Confirm');
    await answer(ann, 'Confirm');
    await bob.page.getByLabel('States').getByText('confirmed').waitFor();
    expect(await bob.page.getByRole('button', { name: 'Mark as packed' }).isVisible()).toBe(true);
  });

  it('are told when the other was faster, and nothing is done to what they have not seen', async () => {
    await ask(bob, 'Confirm');
    await ask(ann, 'Cancel the order …');
    await dialogOf(ann).getByLabel('Why').fill('ordered twice');
    await answer(ann, 'Cancel the order');
    await ann.page.getByLabel('States').getByText('cancelled').waitFor();

    bob.expectFaults(/412 .*\/status/);
    await answer(bob, 'Confirm');
    const told = bob.page.getByRole('alert').filter({ hasText: 'Someone was faster' });
    await told.waitFor();
    expect(await told.innerText()).toMatch(/nothing was done\. It is cancelled now[^]*ordered twice/);
    await bob.page.getByLabel('States').getByText('cancelled').waitFor();
    expect(await statusOf(orderUid)).toMatchObject({ status: 'cancelled', version: 2 });
    await bob.page.getByRole('button', { name: 'Understood' }).click();
    await told.waitFor({ state: 'detached' });
  });

  it('do nothing to an order whose address the other has corrected meanwhile', async () => {
    await ask(bob, 'Confirm');
    await ask(ann, 'Correct the address …');
    await dialogOf(ann).getByLabel('City').fill('Haifa');
    await answer(ann, 'Save the address');
    await bob.page.getByRole('region', { name: 'Delivery' }).getByText('Haifa').waitFor();
    bob.expectFaults(/412 .*\/status/);
    await dialogOf(bob).getByLabel('Why').fill('checked by phone');
    await answer(bob, 'Confirm');
    await bob.page.getByText(/nothing was done\. Its content was replaced at /).waitFor();
    expect(await statusOf(orderUid)).toMatchObject({ status: 'received', version: 2 });
    await ask(bob, 'Confirm');
    expect(await dialogOf(bob).getByLabel('Why').inputValue()).toBe('checked by phone');
  });

  it('are told what has changed, be it the payment', async () => {
    const paid = { version: 2, change: 'payment_status', from: 'unpaid', to: 'paid', by: null, reason: null };
    await bob.page.route('**/history?*', async (route) => {
      const versions = (await (await route.fetch()).json()) as object[];
      await route.fulfill({ json: [...versions, { ...versions[0], ...paid }] });
    });
    await bob.page.route('**/status', (route) => route.fulfill(problem(412, 'it has changed')));
    bob.expectFaults(/412 .*\/status/);
    await ask(bob, 'Confirm');
    await answer(bob, 'Confirm');
    await bob.page.getByText(/nothing was done\. Its payment is paid now, since /).waitFor();
  });

  it('of whom only one is obeyed when both act at once', async () => {
    for (const one of [ann, bob]) {
      one.allowFault(/4(09|12) .*\/cancel/, 'it is chance who of the two is refused');
      await ask(one, 'Cancel the order …');
    }
    await dialogOf(ann).getByLabel('Why').fill('by Ann');
    await dialogOf(bob).getByLabel('Why').fill('by Bob');
    await Promise.all([answer(ann, 'Cancel the order'), answer(bob, 'Cancel the order')]);
    for (const one of [ann, bob]) await one.page.getByLabel('States').getByText('cancelled').waitFor();
    await expect
      .poll(async () => {
        const told = [ann, bob].map(({ page }) => page.getByText('Someone was faster').count());
        return (await Promise.all(told)).sort();
      })
      .toEqual([0, 1]);
    expect(await statusOf(orderUid)).toMatchObject({ version: 2 });
  });

  it('keep what they have typed when the other corrects the address first', async () => {
    await ask(bob, 'Correct the address …');
    await dialogOf(bob).getByLabel('Street and number').fill('Herzl 5');
    await ask(ann, 'Correct the address …');
    await dialogOf(ann).getByLabel('City').fill('Haifa');
    await answer(ann, 'Save the address');
    await ann.page.getByRole('region', { name: 'Delivery' }).getByText('Haifa').waitFor();

    bob.expectFaults(/412 .*\/api\/orders/);
    await answer(bob, 'Save the address');
    await dialogOf(bob).getByText('Someone was faster').waitFor();
    expect(await dialogOf(bob).getByRole('alert').innerText()).toContain('Ploshad Mira 15, 2639809 Haifa');
    expect(await dialogOf(bob).getByLabel('Street and number').inputValue()).toBe('Herzl 5');
    await dialogOf(bob).getByLabel('City').fill('Haifa');
    await answer(bob, 'Save the address');
    await ann.page.getByRole('region', { name: 'Delivery' }).getByText('Herzl 5').waitFor();
    const order = await (await fetch(`${site.url}/api/orders/${orderUid}`)).json();
    expect(order).toMatchObject({ delivery: { address: 'Herzl 5', city: 'Haifa' } });
  });

  it('are told that it was not saved where they closed the question before the answer came', async () => {
    await ask(bob, 'Correct the address …');
    await dialogOf(bob).getByLabel('Street and number').fill('Herzl 5');
    await postOrder(site.url, { order_uid: orderUid, delivery: { city: 'Haifa' } });
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await bob.page.route(`**/api/orders/${orderUid}`, async (route) => {
      if (route.request().method() === 'PUT') await held;
      await route.continue();
    });
    bob.expectFaults(/412 .*\/api\/orders/);
    const sent = bob.page.waitForRequest((one) => one.method() === 'PUT');
    await answer(bob, 'Save the address');
    await sent;
    await answer(bob, 'Back');
    letGo();
    await bob.page.locator('#toast').getByText('What you typed was not saved').waitFor();
  });

  async function statusOf(uid: string): Promise<unknown> {
    return (await fetch(`${site.url}/api/orders/${uid}/summary`)).json();
  }
});
