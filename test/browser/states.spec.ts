import type { Locator } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { SHOP } from '../support/waybill-process.js';
import { Answers, IMPATIENCE, problem, type Answer } from './answers.js';
import { orderView } from './order-view.js';
import { useSite } from './site.js';
import { openSmallShop, type SmallShop } from './small-shop.js';
import { VIEWS } from './views.js';
import { postOrder, type Visit } from './visit.js';

const chromium = useTier('chromium');
/** Longer than nobody wonders about, and than the first pause before the page tries again. */
const A_WHILE_MS = 5_000;
const MAY_BE_OLD = /what is shown may be old\. It was loaded at \d/;

describe.skipIf(chromium.skipped !== undefined)('whatever the server answers', () => {
  const site = useSite(chromium.executablePath, { env: SHOP });
  let shop: SmallShop;
  let reader: Visit;

  beforeAll(async () => {
    shop = await openSmallShop(site);
  });
  beforeEach(async () => {
    reader = await site.visit();
    await reader.page.clock.install();
    await reader.page.addInitScript(IMPATIENCE);
  });

  const main = (): Locator => reader.page.getByRole('main');
  const says = async (...words: readonly (string | RegExp)[]): Promise<void> => {
    for (const one of words) await main().getByText(one).first().waitFor();
  };
  const loadAnew = () => reader.page.evaluate(`document.getElementById('load-anew').click()`);
  const isImpatient = (is: boolean) => reader.page.evaluate(`window.isImpatient = ${is}`);
  const aWhilePasses = () => reader.page.clock.fastForward(A_WHILE_MS);

  it.each(VIEWS.map((view) => [view.name, view] as const))('%s', async (_name, view) => {
    const { path, asks, empty, notFound, shows, isKnownOnce } = view;
    reader.expectFaults(/ 500 /, / 403 /, / 401 /);
    const answers = await Answers.to(reader.page, asks);
    await reader.go(path(shop));
    await answers.asked;
    await says('Loading …');
    await aWhilePasses();
    await says('Still loading: the server takes longer than it should', 'load the page again if this stays');

    await answers.give(problem(500, 'the database is away'));
    await says(
      'The server is away',
      'The database is away.',
      'Nothing is lost. The page tries again by itself.',
    );
    await main().getByRole('button', { name: 'Try again' }).first().waitFor();

    await answers.give(problem(403, 'requests of this page are refused'));
    await aWhilePasses();
    await says('Not allowed', 'Requests of this page are refused.', 'or ask whoever runs it');
    await answers.give(problem(401, 'nobody has signed in'));
    await loadAnew();
    await says('Not allowed', 'Nobody has signed in.', 'Load the page again if you have to sign in for it');
    await answers.give('held');
    await isImpatient(true);
    await loadAnew();
    await says('The server is slow', 'It has not answered in time. The page tries again by itself.');
    await isImpatient(false);

    if (notFound) {
      reader.allowFault(/ 404 /, 'a 404 for an order or a thing is none');
      await answers.give(problem(404, 'there is none'));
      await loadAnew();
      await says(...notFound);
    }
    if (empty) {
      const [json, ...words] = empty;
      await answers.give({ json });
      await loadAnew();
      await says(...words);
    }
    await answers.give('the real one');
    await loadAnew();
    await shows(reader, shop).waitFor();
    if (!isKnownOnce) await staysAsItIs(answers, shows(reader, shop));
  });

  /** What is shown stays where it cannot be loaded anew; what may not be seen any more goes, and comes back unchanged. */
  async function staysAsItIs(answers: Answers, shown: Locator): Promise<void> {
    await answers.give(problem(500, 'the database is away'));
    await loadAnew();
    await reader.page.getByText(MAY_BE_OLD).waitFor();
    expect(await shown.isVisible()).toBe(true);
    await answers.give('the real one');
    await aWhilePasses();
    await reader.page.getByText(MAY_BE_OLD).waitFor({ state: 'hidden' });
    await answers.give(problem(403, 'requests of this page are refused'));
    await loadAnew();
    await says('Not allowed');
    await shown.waitFor({ state: 'hidden' });
    await answers.give('the real one');
    await loadAnew();
    await shown.waitFor();
  }

  it('is told once, and keeps the focus, while the same is wrong', async () => {
    reader.expectFaults(/ 500 /);
    const answers = await Answers.to(reader.page, '**/api/orders?*');
    await answers.give(problem(500, 'the database is away'));
    await reader.go('/orders');
    await main().getByRole('button', { name: 'Try again' }).focus();
    await reader.page.evaluate('window.focusedFirst = document.activeElement');
    for (let times = 0; times < 2; times++) {
      const answered = reader.page.waitForResponse('**/api/orders?*');
      await reader.page.keyboard.press('Enter');
      await answered;
    }
    expect(await reader.page.evaluate('document.activeElement === window.focusedFirst')).toBe(true);
    await answers.give('the real one');
    await reader.page.keyboard.press('Enter');
    await main().getByRole('table', { name: 'Orders' }).waitFor();
    const hasMainFocus = () => reader.page.evaluate(`document.activeElement.id === 'main'`);
    expect(await hasMainFocus()).toBe(true);

    await answers.give(problem(500, 'the database is away'));
    await loadAnew();
    await reader.page.getByText(MAY_BE_OLD).waitFor();
    await reader.page.getByRole('button', { name: 'Load anew' }).focus();
    expect(await hasMainFocus()).toBe(false);
    await answers.give('the real one');
    await reader.page.keyboard.press('Enter');
    await reader.page.getByText(MAY_BE_OLD).waitFor({ state: 'hidden' });
    expect(await hasMainFocus()).toBe(true);
  });

  it('says that it is the page that is broken, where it is', async () => {
    reader.expectFaults(/uncaught: .*is not a function/);
    const answers = await Answers.to(reader.page, '**/api/orders?*');
    await answers.give({ json: {} });
    await reader.go('/orders');
    await says('This part of the page is broken', 'The answer could not be shown.', 'Load the page again');
    expect(await main().getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });

  it('says that more characters are still looked for, above what fewer have found', async () => {
    await reader.go(`/?q=${shop.customerId.slice(0, -1)}`);
    await main().getByRole('table', { name: 'Found orders' }).waitFor();
    const answers = await Answers.to(reader.page, '**/api/search*');
    await reader.page.getByLabel('Find an order').fill(shop.customerId);
    await answers.asked;
    await aWhilePasses();
    await says('Still loading: the server takes longer than it should');
    expect(await main().getByRole('table', { name: 'Found orders' }).isVisible()).toBe(true);
    await answers.give('the real one');
    await main().getByText('Still loading').waitFor({ state: 'detached' });
  });

  it('each part of an order', async () => {
    reader.expectFaults(/ 503 /, / 403 /);
    const answers = await Answers.to(
      reader.page,
      /\/(history|payments|shipments|notes|orders|inventory)\?|\/(payments|shipments)$/,
    );
    await reader.openOrder(shop.orderUid);
    const parts = ['Parcels', 'Payments', 'History', 'Notes', "The customer's other orders"];
    const eachSays = async (...words: readonly string[]): Promise<void> => {
      for (const name of parts) {
        const part = reader.page.getByRole('region', { name, exact: true });
        for (const one of words) await part.getByText(one, { exact: false }).first().waitFor();
      }
    };
    const items = reader.page.getByRole('region', { name: 'Items' });
    const stockSays = (words: string) => items.getByText(words, { exact: true }).first().waitFor();
    await eachSays('Loading …');
    await stockSays('…');
    await aWhilePasses();
    await eachSays('Still loading: the server takes longer than it should');
    await answers.give(problem(503, 'the database is away'));
    await eachSays('The server is away', 'The database is away.', 'Try again');
    await stockSays('look up');
    await answers.give(problem(403, 'requests of this page are refused'));
    await loadAnew();
    await eachSays('Not allowed', 'Requests of this page are refused.');
    await answers.give('the real one');
    await loadAnew();
    await reader.page.getByText('Wants it on Saturday.').waitFor();
    await items.getByText('look up', { exact: true }).first().waitFor({ state: 'hidden' });
  });

  it('what is in trouble, on the start page', async () => {
    reader.expectFaults(/ 403 /);
    const answers = await Answers.to(reader.page, /\/api\/(counts|payments)/);
    await answers.give(problem(403, 'requests of this page are refused'));
    await reader.go('/');
    const trouble = reader.page.getByRole('region', { name: 'In trouble' });
    await trouble.getByText('Requests of this page are refused.').waitFor();
  });

  it('a further page of a list', async () => {
    reader.expectFaults(/ 503 /);
    await reader.page.route('**/api/dead-letters?*', async (route) => {
      const { host, searchParams } = new URL(route.request().url());
      if (searchParams.has('cursor')) return route.fulfill(problem(503, 'the database is away'));
      const letters: unknown = await (await route.fetch()).json();
      const link = `<http://${host}/api/dead-letters?cursor=next>; rel="next"`;
      return route.fulfill({ json: letters, headers: { link } });
    });
    await reader.go('/trouble');
    await reader.page.getByRole('button', { name: 'Older ones' }).click();
    const told = 'More could not be loaded. The database is away. Try again in a moment.';
    await reader.page.locator('#toast').getByText(told).waitFor();
    expect(await reader.page.getByRole('button', { name: 'Older ones' }).isVisible()).toBe(true);
  });

  describe('of what was wanted', () => {
    const { dialog, press } = orderView(() => reader);
    const submit = (name: string): Promise<void> =>
      dialog().getByRole('button', { name, exact: true }).click();

    it.each([
      {
        what: 'an order is not cancelled',
        asks: '**/cancel',
        open: async () => {
          await reader.openOrder(await postOrder(site.url));
          await press('Cancel the order …');
          await dialog().getByLabel('Why').fill('not wanted');
        },
        yes: 'Cancel the order',
        again: 'Try again: it is done once, however often it is sent.',
        ofConflict: () =>
          reader.page.getByRole('alert').getByText('Look at it as it is now, and decide again.'),
      },
      {
        what: 'an address is not corrected',
        asks: /\/api\/orders\/[^/]+$/,
        open: async () => {
          await reader.openOrder(await postOrder(site.url));
          await press('Correct the address …');
          await dialog().getByLabel('City').fill('Haifa');
        },
        yes: 'Save the address',
        again: 'Try again in a moment.',
        ofConflict: () => dialog().getByRole('alert').getByText('Someone was faster'),
      },
      {
        what: 'an event is not replayed',
        asks: '**/replay',
        open: async () => {
          await reader.go(`/trouble/dead-letters/${shop.letter}`);
          await press('Replay …');
        },
        yes: 'Replay',
        again: 'look at the event before you try again',
        ofConflict: () => dialog().getByRole('alert').getByText('Look at it as it is now, and decide again.'),
      },
      {
        what: 'a stock is not adjusted',
        asks: '**/adjustments',
        open: async () => {
          await reader.go(`/stock/${shop.thing}`);
          await press('Adjust …');
          await dialog().getByLabel('Pieces that came in').fill('3');
          await dialog().getByLabel('Why').fill('found');
        },
        yes: 'Adjust',
        again: 'Try again: it is done once, however often it is sent.',
        ofConflict: () => dialog().getByRole('alert').getByText('Look at it as it is now, and decide again.'),
      },
    ])('$what', async ({ asks, open, yes, again, ofConflict }) => {
      await open();
      reader.expectFaults(/ 403 /, / 503 /, / 409 /);
      const answers = await answersToWrites(asks);
      const refusal = dialog().getByRole('alert');
      await submit(yes);
      await aWhilePasses();
      await dialog().getByText('The server takes longer than it should. Leave this open').waitFor();
      await answers.give(problem(403, 'requests of this page are refused'));
      await refusal
        .getByText('Not allowed. Requests of this page are refused. Ask whoever runs this server.')
        .waitFor();
      expect(await dialog().getByText('takes longer than it should').isVisible()).toBe(false);
      await answers.give(problem(503, 'the database is away'));
      await submit(yes);
      await refusal.getByText('The database is away.').waitFor();
      expect(await refusal.innerText()).toContain(again);
      await answers.give('held');
      await isImpatient(true);
      await submit(yes);
      await refusal.getByText('The server did not answer within 10 seconds.').waitFor();
      expect(await refusal.innerText()).toContain(again);
      await isImpatient(false);
      await answers.give(problem(409, 'somebody was faster'));
      await submit(yes);
      await ofConflict().waitFor();
    });

    /** What is only read comes from the server. */
    async function answersToWrites(asks: string | RegExp): Promise<Answers> {
      const answers = await Answers.to(reader.page, asks);
      await reader.page.route(asks, (route) =>
        route.request().method() === 'GET' ? route.continue() : route.fallback(),
      );
      return answers;
    }

    it('a note is not added, and an event not sent', async () => {
      reader.expectFaults(/ 503 .*notes/, / 503 .*edited-replay/);
      const notes = await answersToWrites(/\/notes(\?|$)/);
      await reader.openOrder(await postOrder(site.url));
      await reader.page.getByLabel('A note').fill('wants it on Saturday');
      await reader.page.getByLabel('Your name').fill('Ann');
      await press('Add the note');
      await notes.asked;
      await aWhilePasses();
      await says('The server takes longer than it should. Leave this open');
      await notes.give(problem(503, 'the database is away'));
      await says('The note was not added. The database is away. Try again: it is added once');
      expect(await reader.page.getByLabel('A note').inputValue()).toBe('wants it on Saturday');

      const edits = await answersToWrites('**/edited-replay');
      await reader.go(`/trouble/dead-letters/${shop.letter}`);
      await press('Edit and send …');
      await press('Send as a new event');
      await edits.asked;
      await aWhilePasses();
      await says('The server takes longer than it should. Leave this open');
      await edits.give(problem(503, 'the database is away'));
      await says('The database is away. Try again: where it was sent already, that is said.');
    });

    it('what is left while it is under way is told all the same', async () => {
      reader.expectFaults(/ 503 .*replay/);
      const answers = await answersToWrites('**/replay');
      const toast = (words: string): Promise<void> =>
        reader.page.locator('#toast').getByText(words).waitFor();
      await reader.go(`/trouble/dead-letters/${shop.letter}`);
      const leave = async (): Promise<void> => {
        await press('Replay …');
        await submit('Replay');
        await reader.page.keyboard.press('Escape');
        await dialog().waitFor({ state: 'detached' });
        await toast('It is under way. What comes of it is said here.');
      };
      await leave();
      await answers.give(problem(503, 'the database is away'));
      await toast('The database is away. It may have been done');
      await answers.give('held');
      await leave();
      await answers.give({ json: {} });
      await toast(`Event ${shop.letter} is on its way`);
    });

    it('no order is made up, and no file is made', async () => {
      reader.expectFaults(/ 403 .*test/, / 403 .*exports/);
      const refused: Answer = problem(403, 'requests of this page are refused');
      await reader.page.route(/\/api\/(orders\/test|exports)/, (route) => route.fulfill(refused));
      await reader.go('/demo');
      await press('Send');
      await says('Not allowed. Requests of this page are refused. Ask whoever runs this server.');
      await reader.go('/orders');
      await reader.page.getByRole('link', { name: 'CSV' }).click();
      await says(/^Not allowed\. .*Ask whoever runs this server\.$/);
    });
  });
});
