import type { Page } from 'playwright-core';
import { postOrder, type Visit } from './visit.js';
import type { SmallShop } from './small-shop.js';

/** A way that the page can look, and how a reader gets there. */
export interface Look {
  readonly name: string;
  readonly reach: (reader: Visit, shop: SmallShop, url: string) => Promise<unknown>;
}

const inTable = (page: Page, table: string): Promise<void> =>
  page.getByRole('table', { name: table }).locator('tbody tr:visible').first().waitFor();
const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();
const dialogOf = (page: Page, name: string): Promise<void> => page.getByRole('dialog', { name }).waitFor();

const ofOrders: readonly Look[] = [
  {
    name: 'the start page',
    reach: async ({ page, go }) => {
      await go('/');
      await inTable(page, 'Newest orders');
      await page.getByRole('link', { name: /^\d+ Disputed payments/ }).waitFor();
    },
  },
  {
    name: 'what was found',
    reach: async ({ page, go }, { customerId }) => {
      await go(`/?q=${customerId}`);
      await inTable(page, 'Found orders');
    },
  },
  {
    name: 'nothing found',
    reach: async ({ page, go }) => {
      await go('/?q=nobody-has-this');
      await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    },
  },
  {
    name: 'the list',
    reach: async ({ page, go }) => {
      await go('/orders');
      await inTable(page, 'Orders');
    },
  },
  {
    name: 'a list of nothing, while its states are chosen',
    reach: async ({ page, go }) => {
      await go('/orders?customer_id=nobody');
      await page.getByText('No order is like that').waitFor();
      await page.locator('summary').first().click();
    },
  },
  {
    name: 'an order with all that there can be, every text and item of it',
    reach: async ({ page, openOrder }, { orderUid }) => {
      await openOrder(orderUid);
      await page.getByText('The totals do not add up').first().waitFor();
      await page.getByText('Wants it on Saturday.').waitFor();
      await page.getByText(/^Overdue/).waitFor();
      await page.getByRole('table', { name: 'Ledger of payments' }).waitFor();
      await page
        .getByRole('button', { name: /^Show all [\d,]+ characters/ })
        .first()
        .click();
      await press(page, 'Show all 12 items');
      await page.getByText('Show it as JSON').click();
    },
  },
  {
    name: 'an order that is on its way',
    reach: async ({ page, go }, { orderUid }) => {
      await page.route('**/api/orders/*', () => undefined);
      await go(`/orders/${orderUid}`);
      await page.getByText('Loading …').waitFor();
    },
  },
  {
    name: 'an id that nothing has',
    reach: async ({ page, go }) => {
      await go('/orders/nothing-has-this');
      await page.getByRole('heading', { name: 'No such order' }).waitFor();
    },
  },
  {
    name: 'a server that is away, and what is shown may be old',
    reach: async ({ page, openOrder, expectFaults }, { orderUid }) => {
      await openOrder(orderUid);
      await page.getByText('connected', { exact: true }).waitFor();
      expectFaults(/ERR_FAILED/);
      await page.route('**/api/**', (route) => route.abort());
      await page.evaluate(`dispatchEvent(new Event('online'))`);
      await page.getByRole('button', { name: 'Load anew' }).waitFor();
    },
  },
];

const ofDialogs: readonly Look[] = [
  {
    name: 'the question before an order is cancelled, and why it was not',
    reach: async ({ page, openOrder }, _shop, url) => {
      await openOrder(await postOrder(url));
      await press(page, 'Cancel the order …');
      await page.getByRole('dialog').getByLabel('Why').fill(' ');
      await press(page, 'Cancel the order');
      await page.getByText('Say why').waitFor();
    },
  },
  {
    name: 'the form of an address',
    reach: async ({ page, openOrder }, _shop, url) => {
      await openOrder(await postOrder(url));
      await press(page, 'Correct the address …');
      await dialogOf(page, 'Correct the address');
    },
  },
  {
    name: 'the list of keys',
    reach: async ({ page, go }) => {
      await go('/');
      await page.getByRole('button', { name: 'Keys' }).click();
      await dialogOf(page, 'Keys');
    },
  },
  ...['Replay', 'Discard'].map((verb) => ({
    name: `the question before a refused event is done away with: ${verb}`,
    reach: async ({ page, go }: Visit, { letter }: SmallShop) => {
      await go(`/trouble/dead-letters/${letter}`);
      await press(page, `${verb} …`);
      await dialogOf(page, `${verb} event ${letter}?`);
    },
  })),
  {
    name: 'the question before many of them are',
    reach: async ({ page, go }) => {
      await go('/trouble');
      await press(page, 'Discard all of them …');
      await page.getByRole('dialog').waitFor();
    },
  },
  ...['Adjust', 'Count'].map((verb) => ({
    name: `the form of a thing's stock: ${verb}`,
    reach: async ({ page, go }: Visit, { thing }: SmallShop) => {
      await go(`/stock/${thing}`);
      await press(page, `${verb} …`);
      await dialogOf(page, `${verb} the stock of ${thing}`);
    },
  })),
  {
    name: 'the form of a thing that nobody has registered',
    reach: async ({ page, go }) => {
      await go('/stock/4888888');
      await press(page, 'Register it …');
      await dialogOf(page, 'Register 4888888');
    },
  },
];

const ofTheHouse: readonly Look[] = [
  {
    name: 'refused events',
    reach: async ({ page, go }) => {
      await go('/trouble?state=any&topic=orders');
      await inTable(page, 'Refused events');
    },
  },
  {
    name: 'a refused event',
    reach: async ({ page, go }, { letter }) => {
      await go(`/trouble/dead-letters/${letter}`);
      await page.locator('mark').waitFor();
    },
  },
  {
    name: 'a refused event that is edited',
    reach: async ({ page, go }, { letter }) => {
      await go(`/trouble/dead-letters/${letter}`);
      await press(page, 'Edit and send …');
      await page.getByText('It is JSON.').waitFor();
    },
  },
  {
    name: 'disputed payments',
    reach: async ({ page, go }) => {
      await go('/trouble/payments');
      await inTable(page, 'Disputed payments');
    },
  },
  {
    name: 'orders that wait too long',
    reach: async ({ page, go }) => {
      await go('/trouble/waiting');
      await inTable(page, 'Orders that wait too long');
    },
  },
  {
    name: 'a part of the program that is not ready',
    reach: async ({ page, go, expectFaults }) => {
      expectFaults(/503 .*\/health/);
      const parts = { database: { up: false, detail: 'no answer' }, kafka: { up: true } };
      await page.route(
        ({ pathname }) => pathname === '/health',
        (route) => route.fulfill({ status: 503, json: { status: 'down', parts } }),
      );
      await go('/trouble/health');
      await page.getByText('The program cannot do its work.').waitFor();
    },
  },
  {
    name: 'the stock',
    reach: async ({ page, go }) => {
      await go('/stock');
      await inTable(page, 'Stock');
    },
  },
  {
    name: 'a thing and its movements',
    reach: async ({ page, go }, { thing }) => {
      await go(`/stock/${thing}`);
      await inTable(page, 'Movements');
    },
  },
  {
    name: 'a number that no thing has',
    reach: async ({ page, go }) => {
      await go('/stock/nonsense');
      await page.getByRole('heading', { name: 'That is no number of a thing' }).waitFor();
    },
  },
  {
    name: 'changes as they come, and their rates as a table',
    reach: async ({ page, go }, _shop, url) => {
      await go('/live');
      await page.getByRole('region', { name: 'Changes' }).getByText('connected', { exact: true }).waitFor();
      await page.getByText('As a table').click();
      await postOrder(url);
      await page.locator('[data-change]').first().waitFor();
    },
  },
  {
    name: 'the demo, and what became of an order',
    reach: async ({ page, go }) => {
      await go('/demo');
      await page.getByLabel('Orders', { exact: true }).fill('1');
      await press(page, 'Send');
      await page.getByText('1 order sent, 1 stored.').waitFor();
    },
  },
  {
    name: 'an address that is none',
    reach: async ({ page, go, expectFaults }) => {
      expectFaults(/404 .*nowhere/);
      await go('/nowhere');
      await page.getByRole('heading', { name: 'No such page' }).waitFor();
    },
  },
];

/** Every view, and the main states that it can be in. */
export const LOOKS: readonly Look[] = [...ofOrders, ...ofDialogs, ...ofTheHouse];
