import type { Locator, Route } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { SHOP } from '../support/waybill-process.js';
import { Answers, problem } from './answers.js';
import { useSite } from './site.js';
import { postOrder, type Visit } from './visit.js';

const chromium = useTier('chromium');

describe.skipIf(chromium.skipped !== undefined)('stock', () => {
  const site = useSite(chromium.executablePath, { env: SHOP });
  let reader: Visit;
  let serial = 5_000_000;
  beforeEach(async () => {
    reader = await site.visit();
  });

  const button = (name: string): Locator => reader.page.getByRole('button', { name });
  const dialog = (): Locator => reader.page.getByRole('dialog');
  const rowsOf = (table: string): Locator =>
    reader.page.getByRole('table', { name: table }).locator('tbody tr');

  async function count(chrtId: number, onHand: number, nmId = 77): Promise<void> {
    const response = await fetch(`${site.url}/api/inventory/${chrtId}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ nm_id: nmId, on_hand: onHand }),
    });
    expect(response.status, await response.text()).toBeLessThan(300);
  }

  const figures = async (): Promise<string> =>
    (await reader.page.getByRole('article').locator('dl').innerText()).replaceAll(/\s+/g, ' ');

  it('begins with what there is least of, and finds a thing or a product by its number', async () => {
    const product = (serial += 10);
    await count(product + 1, 40, product);
    await count(product + 2, 0, product);
    await count(product + 3, 7, product);
    await reader.go('/stock');
    await rowsOf('Stock').first().waitFor();
    expect(await rowsOf('Stock').first().innerText()).toContain('none left');
    const field = reader.page.getByLabel('Thing or product');
    await field.fill(` "${product}" `);
    await field.press('Enter');
    await reader.page.getByRole('heading', { name: `Product ${product}` }).waitFor();
    await expect
      .poll(async () => (await rowsOf('Stock').allInnerTexts()).map((text) => Number.parseInt(text, 10)))
      .toEqual([product + 2, product + 3, product + 1]);
    await reader.page.getByLabel('Thing or product').fill(String(product + 3));
    await button('Look up').click();
    await reader.page.getByRole('heading', { name: `Thing ${product + 3}` }).waitFor();
    await reader.page.goBack();
    await reader.page.getByLabel('Thing or product').fill('a shirt');
    await button('Look up').click();
    await reader.page.getByText('That is no number').waitFor();
  });

  it('shows things of which there are few, by a number that the reader says', async () => {
    const product = (serial += 10);
    await count(product + 1, 8, product);
    await count(product + 2, 3, product);
    await reader.go(`/stock?product=${product}`);
    await expect.poll(() => rowsOf('Stock').count()).toBe(2);
    await reader.page.getByLabel('Fewer than').fill('8');
    await reader.page.getByLabel('Fewer than').press('Enter');
    await expect.poll(() => rowsOf('Stock').count()).toBe(1);
    expect(await rowsOf('Stock').innerText()).toContain(String(product + 2));
    expect(new URL(reader.page.url()).search).toBe(`?product=${product}&below=8`);
    await reader.page.getByLabel('Fewer than').fill('');
    await reader.page.getByLabel('Fewer than').press('Enter');
    await expect.poll(() => rowsOf('Stock').count()).toBe(2);
  });

  it('is adjusted with a reason, which stands in the movements', async () => {
    const chrtId = (serial += 1);
    await count(chrtId, 5);
    await reader.go(`/stock/${chrtId}`);
    await button('Adjust …').click();
    await dialog().getByLabel('Pieces that came in').fill('some');
    await dialog().getByLabel('Why').fill('two were broken');
    await dialog().getByRole('button', { name: 'Adjust' }).click();
    await reader.page.getByText('Say how many pieces').waitFor();
    await dialog().getByLabel('Pieces that came in').fill('−2');
    await dialog().getByLabel('Your name').fill('Mia');
    await dialog().getByRole('button', { name: 'Adjust' }).click();
    await expect.poll(figures).toContain('In the house 3');
    await expect
      .poll(async () => (await rowsOf('Movements').first().innerText()).replaceAll(/\s+/g, ' '))
      .toMatch(/adjusted two were broken by Mia 0 −2 → 3$/);
    reader.expectFaults(/409 .*adjustments/);
    await button('Adjust …').click();
    await dialog().getByLabel('Pieces that came in').fill('-4');
    await dialog().getByLabel('Why').fill('more than there are');
    await dialog().getByRole('button', { name: 'Adjust' }).click();
    await dialog().getByRole('alert').waitFor();
  });

  it('is adjusted once where the answer was lost, though a letter of it was changed since', async () => {
    const chrtId = (serial += 1);
    await count(chrtId, 5);
    await reader.go(`/stock/${chrtId}`);
    reader.expectFaults(/ERR_FAILED .*adjustments/);
    const lost = async (route: Route): Promise<void> => {
      await route.fetch();
      await route.abort();
    };
    await reader.page.route('**/adjustments', lost, { times: 1 });
    await button('Adjust …').click();
    const reason = dialog().getByLabel('Why');
    const send = (): Promise<void> => dialog().getByRole('button', { name: 'Adjust' }).click();
    await dialog().getByLabel('Pieces that came in').fill('12');
    await reason.fill('foud');
    await send();
    await dialog().getByText('Try again: it is done once').waitFor();
    await reason.fill('found');
    await send();
    await dialog().getByText('What you sent before may have been done.').waitFor();
    await reason.fill('foud');
    await send();
    await expect.poll(figures).toContain('In the house 17');
    await dialog().waitFor({ state: 'detached' });
  });

  it('tells elsewhere what became of an adjustment that its reader has left', async () => {
    const chrtId = (serial += 1);
    await count(chrtId, 5);
    await reader.go('/stock');
    await reader.page.getByLabel('Thing or product').fill(String(chrtId));
    await button('Look up').click();
    const answers = await Answers.to(reader.page, '**/adjustments');
    await button('Adjust …').click();
    await dialog().getByLabel('Pieces that came in').fill('12');
    await dialog().getByLabel('Why').fill('found');
    await dialog().getByRole('button', { name: 'Adjust' }).click();
    await answers.asked;
    await reader.page.goBack();
    await dialog().waitFor({ state: 'detached' });
    reader.expectFaults(/ 503 .*adjustments/);
    await answers.give(problem(503, 'the database is away'));
    const told = `Adjust the stock of ${chrtId}: The database is away.`;
    await reader.page.locator('#toast').getByText(told).waitFor();
  });

  it('is counted only as it was seen: somebody may have been faster', async () => {
    const chrtId = (serial += 1);
    await count(chrtId, 5);
    await reader.go(`/stock/${chrtId}`);
    await button('Count …').click();
    await count(chrtId, 9);
    reader.expectFaults(/412 .*inventory/);
    await dialog().getByLabel('Pieces in the house').fill('6');
    await dialog().getByRole('button', { name: 'Set the count' }).click();
    await reader.page.getByText('has changed it meanwhile').waitFor();
    await dialog().getByRole('button', { name: 'Back' }).click();
    await reader.page.reload();
    await button('Count …').click();
    await dialog().getByLabel('Pieces in the house').fill('6');
    await dialog().getByRole('button', { name: 'Set the count' }).click();
    await expect.poll(figures).toContain('In the house 6');
  });

  it('shows by itself what an order holds, and leads to the order', async () => {
    const chrtId = (serial += 1);
    await count(chrtId, 5);
    await reader.go(`/stock/${chrtId}`);
    await reader.connected();
    const orderUid = await postOrder(site.url, { item: { chrt_id: chrtId } });
    await rowsOf('Movements').getByText('held for an order').waitFor();
    await expect.poll(figures).toContain('Available 4 Held by orders 1 In the house 5');
    await rowsOf('Movements').getByRole('link', { name: orderUid }).click();
    await reader.orderHeading(orderUid).waitFor();
  });

  it('registers what nobody has registered', async () => {
    const chrtId = (serial += 1);
    await reader.go(`/stock/${chrtId}`);
    await reader.page.getByRole('heading', { name: `Nobody has registered ${chrtId}` }).waitFor();
    await button('Register it …').click();
    await dialog().getByLabel('Product').fill('78');
    await dialog().getByLabel('Pieces in the house').fill('12');
    await dialog().getByRole('button', { name: 'Register' }).click();
    await expect.poll(figures).toContain('Available 12');
  });
});
