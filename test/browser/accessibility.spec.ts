import { describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { AS_AXE_SEES, axeFaults } from './axe.js';
import { useSite } from './site.js';
import { freshUid, postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');

/** Each way that the page can look, and how a reader gets there. */
const STATES: readonly (readonly [name: string, reach: (reader: Visit, baseUrl: string) => Promise<void>])[] =
  [
    [
      'the start page',
      async (reader, baseUrl) => {
        const orderUid = await postOrder(baseUrl);
        await reader.go('/');
        await reader.page.getByRole('table', { name: 'Newest orders' }).getByText(orderUid).waitFor();
        await reader.page.getByText('connected', { exact: true }).waitFor();
      },
    ],
    [
      'what was found',
      async (reader, baseUrl) => {
        const orderUid = await postOrder(baseUrl);
        await reader.go(`/?q=${orderUid}`);
        await reader.page.getByRole('table', { name: 'Found orders' }).getByText(orderUid).first().waitFor();
      },
    ],
    [
      'nothing found',
      async (reader) => {
        await reader.go('/?q=nobody-has-this');
        await reader.page.getByRole('heading', { name: 'Nothing found' }).waitFor();
      },
    ],
    [
      'an order whose totals do not add up',
      async (reader, baseUrl) => {
        await reader.openOrder(await postOrder(baseUrl, { payment: { amount: 2000 } }));
        await reader.page.getByText('The totals do not add up').waitFor();
      },
    ],
    [
      'an order with long texts, cut and whole, and all of many items',
      async (reader, baseUrl) => {
        const long = 'a long text '.repeat(400);
        const orderUid = await postOrder(baseUrl, {
          delivery: { name: long, address: long },
          item: { name: long },
          itemCount: 40,
        });
        await reader.openOrder(orderUid);
        await reader.page
          .getByRole('button', { name: /^Show all [\d,]+ characters/ })
          .first()
          .click();
        await reader.page.getByRole('button', { name: 'Show all 40 items' }).click();
        await reader.page.getByText('Show it as JSON').click();
      },
    ],
    [
      'a question before an order is cancelled',
      async (reader, baseUrl) => {
        await reader.openOrder(await postOrder(baseUrl));
        await reader.page.getByRole('button', { name: 'Cancel the order …' }).click();
        await reader.page.getByRole('dialog').getByLabel('Why').fill(' ');
        await reader.page.getByRole('dialog').getByRole('button', { name: 'Cancel the order' }).click();
        await reader.page.getByText('Say why').waitFor();
      },
    ],
    [
      'the form of an address',
      async (reader, baseUrl) => {
        await reader.openOrder(await postOrder(baseUrl));
        await reader.page.getByRole('button', { name: 'Correct the address …' }).click();
        await reader.page.getByRole('dialog').waitFor();
      },
    ],
    [
      'the list of keys',
      async ({ page, go }) => {
        await go('/');
        await page.getByRole('button', { name: 'Keys' }).click();
        await page.getByRole('dialog').waitFor();
      },
    ],
    [
      'an order that is on its way',
      async (reader) => {
        await reader.page.route('**/api/orders/*', () => undefined);
        await reader.go(`/orders/${freshUid()}`);
        await reader.page.getByText('Loading …').waitFor();
      },
    ],
    [
      'an id that nothing has',
      async (reader) => {
        await reader.go(`/orders/${freshUid()}`);
        await reader.page.getByRole('heading', { name: 'No such order' }).waitFor();
      },
    ],
    [
      'a server that is away, and what is shown may be old',
      async (reader, baseUrl) => {
        await reader.openOrder(await postOrder(baseUrl));
        await reader.page.getByText('connected', { exact: true }).waitFor();
        await reader.page.route('**/api/**', (route) => route.abort());
        await reader.page.evaluate(`dispatchEvent(new Event('online'))`);
        await reader.page.getByRole('button', { name: 'Load anew' }).waitFor();
      },
    ],
  ];

describe.skipIf(chromium.skipped !== undefined)('what axe finds on the page', () => {
  const site = useSite(chromium.executablePath);
  let reader: Visit;

  it.each(STATES)('%s', async (_, reach) => {
    reader = await site.visit(AS_AXE_SEES);
    await reach(reader, site.url);
    expect(await axeFaults(reader.page)).toEqual([]);
  });

  it('is what is wrong with a page', async () => {
    reader = await site.visit();
    await reader.go('/');
    await reader.page.evaluate(`document.getElementById('main').append(document.createElement('li'))`);
    expect((await axeFaults(reader.page)).join('\n')).toContain('listitem');
  });
});
