import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { useSite } from './site.js';
import { freshUid, postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');

/** Each way that the page can look, and how a reader gets there. */
const STATES: readonly (readonly [name: string, reach: (reader: Visit, baseUrl: string) => Promise<void>])[] =
  [
    [
      'without an order',
      async ({ page, go }) => {
        await go('/');
        await page.getByRole('heading', { name: 'No order chosen' }).waitFor();
      },
    ],
    [
      'with an order whose totals do not add up',
      async (reader, baseUrl) => {
        const orderUid = await postOrder(baseUrl, { payment: { amount: 2000 } });
        await reader.go(`/?order=${orderUid}`);
        await reader.orderHeading(orderUid).waitFor();
        await reader.page.getByRole('list', { name: 'Recent orders' }).getByText(orderUid).waitFor();
      },
    ],
    [
      'with long texts, cut and whole, and all of many items',
      async (reader, baseUrl) => {
        const long = 'a long text '.repeat(400);
        const orderUid = await postOrder(baseUrl, {
          delivery: { name: long, address: long },
          item: { name: long },
          itemCount: 40,
        });
        await reader.go(`/?order=${orderUid}`);
        await reader.page
          .getByRole('button', { name: /^Show all [\d,]+ characters/ })
          .first()
          .click();
        await reader.page.getByRole('button', { name: 'Show all 40 items' }).click();
      },
    ],
    [
      'with events in the feed',
      async (reader, baseUrl) => {
        await reader.go('/');
        await reader.page.getByText('connected', { exact: true }).waitFor();
        const orderUid = await postOrder(baseUrl);
        await reader.page.getByRole('log', { name: 'Live' }).getByText(orderUid).waitFor();
      },
    ],
    [
      'while an order is looked up',
      async (reader) => {
        await reader.page.route('**/api/orders/*', () => undefined);
        await reader.go(`/?order=${freshUid()}`);
        await reader.page.locator('.skeleton').waitFor();
      },
    ],
    [
      'with an id that nothing has',
      async (reader) => {
        await reader.go(`/?order=${freshUid()}`);
        await reader.page.getByRole('heading', { name: 'No such order' }).waitFor();
      },
    ],
    [
      'with what is no id',
      async (reader) => {
        await reader.go('/?order=a%2Fb');
        await reader.page.getByRole('heading', { name: 'That is no order ID' }).waitFor();
      },
    ],
    [
      'with an empty field that was sent',
      async (reader) => {
        await reader.go('/');
        await reader.page.getByRole('button', { name: 'Look up' }).click();
        await expect.poll(() => reader.announcement()).toContain('pick one');
      },
    ],
    [
      'with a server that is away, and what is shown may be old',
      async (reader) => {
        await reader.page.route('**/api/**', (route) => route.abort());
        await reader.go(`/?order=${freshUid()}`);
        await reader.page.getByRole('heading', { name: 'The server is away' }).waitFor();
        await reader.page.getByRole('button', { name: 'Load anew' }).waitFor();
      },
    ],
  ];

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 360, height: 740 };

describe.skipIf(chromium.skipped !== undefined)('what axe finds on the page', () => {
  const site = useSite(chromium.executablePath);
  let reader: Visit;

  it.each(STATES)('%s', async (_, reach) => {
    // Contrast is judged by the colours that are there, and not by those on the way there.
    reader = await site.visit({ viewport: WIDE, reducedMotion: 'reduce' });
    await reach(reader, site.url);
    await reader.page.evaluate(axe.source);
    expect(await faultsIn(reader.page)).toEqual([]);
    await reader.page.setViewportSize(NARROW);
    await reader.page.emulateMedia({ colorScheme: 'dark' });
    expect(await faultsIn(reader.page)).toEqual([]);
  });

  it('is what is wrong with a page', async () => {
    reader = await site.visit();
    await reader.go('/');
    await reader.page.evaluate(`document.getElementById('feed').setAttribute('role', 'log');
      document.getElementById('feed').append(document.createElement('li'))`);
    await reader.page.evaluate(axe.source);
    expect((await faultsIn(reader.page)).join('\n')).toContain('listitem');
  });
});

/** Each rule that something breaks, and the first that does. */
async function faultsIn(page: Page): Promise<string[]> {
  const { violations, passes } = await page.evaluate<AxeResults>('axe.run()');
  expect(passes.length).toBeGreaterThan(10);
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
}
