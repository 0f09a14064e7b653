import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anOrder } from '../e2e/api.js';
import { expectDatabaseErrors } from '../support/database-errors.js';
import { hold } from '../support/embedded-database.js';
import { useTier } from '../support/tiers.js';
import { SHOP } from '../support/waybill-process.js';
import { Fingers } from './fingers.js';
import { Happenings } from './happenings.js';
import { useSite } from './site.js';
import { freshUid, postOrder, type Visit } from './visit.js';

const chromium = useTier('chromium');
const THING = 4_200_001;

// While nothing can be held for an order it waits to be confirmed by hand, and the context tries again and again.
expectDatabaseErrors('55P03');

describe.skipIf(chromium.skipped !== undefined)('without a mouse', () => {
  const site = useSite(chromium.executablePath, { env: SHOP });
  let reader: Visit;
  let fingers: Fingers;

  beforeAll(async () => {
    const happens = new Happenings(site);
    await happens.countStock(THING, 5);
    for (const shardkey of [1, 2, 3]) await happens.refuse(anOrder({ shardkey }));
    await happens.refuse(anOrder({ locale: 7 }));
  });
  beforeEach(async () => {
    reader = await site.visit({ permissions: ['clipboard-read', 'clipboard-write'] });
    fingers = new Fingers(reader.page);
  });

  /** By the links above every view. */
  async function goTo(view: string): Promise<void> {
    await fingers.press('/');
    await fingers.at('field Find an order');
    // That to Trouble says how much is to be seen to.
    await fingers.tabTo(new RegExp(`^link ${view}\\b`));
    await fingers.press('Enter');
    await fingers.at('main');
  }

  it('everything can be done by the keyboard alone', async () => {
    await findAnOrder();
    await actOnTheOrder();
    await takeTheListAlong();
    await pauseLive();
    await seeToRefusedEvents();
    await adjustTheStock();
    await makeAnOrderUp();
    await listTheKeys();
  });

  async function findAnOrder(): Promise<void> {
    const customer_id = freshUid();
    const nothingIsHeld = await hold(site.dataDir, 'LOCK TABLE inventory.known_orders IN SHARE MODE');
    try {
      const uids = [await postOrder(site.url, { customer_id }), await postOrder(site.url, { customer_id })];
      await reader.go('/');
      await reader.page.getByRole('table', { name: 'Newest orders' }).waitFor();
      await fingers.press('/');
      await fingers.at('field Find an order');
      await fingers.type(customer_id);
      await fingers.press('Enter');
      await fingers.at(/^link browser-/);
      const first = await fingers.focus();
      await fingers.press('j');
      await fingers.at(uids.map((uid) => `link ${uid}`).find((link) => link !== first)!);
      await fingers.press('k');
      await fingers.at(first);
      await fingers.press('Enter');
      await reader.orderHeading(first.replace('link ', '')).waitFor();
      await fingers.at('main');

      await fingers.press('a');
      await fingers.at('button Confirm');
      await fingers.press('Enter');
      await fingers.at('field Why (may be left empty)');
      const ofTheDialog = [
        'button Back',
        'button Confirm',
        'field Why (may be left empty)',
        'field Your name (may be left empty)',
      ];
      expect(new Set(await fingers.stops(8))).toEqual(new Set(ofTheDialog));
      await fingers.press('Escape');
      await fingers.at('button Confirm');
      await fingers.press('Enter');
      await fingers.at('field Why (may be left empty)');
      await fingers.type('by keyboard');
      await fingers.press('Enter');
      await seen('States', 'confirmed');
    } finally {
      await nothingIsHeld.release();
    }
  }

  async function actOnTheOrder(): Promise<void> {
    const heading = `heading Order ${new URL(reader.page.url()).pathname.replace('/orders/', '')}`;
    // What was pressed is not there any more.
    await fingers.at(heading);
    await fingers.press('a');
    await fingers.at('button Mark as packed');
    await fingers.press('Enter');
    await fingers.at('field Why (may be left empty)');
    await fingers.press('Enter');
    await seen('States', 'packed');
    await fingers.at(heading);

    await fingers.tabTo('button Copy the order id');
    await fingers.press('Enter');
    await expect.poll(() => reader.page.evaluate('navigator.clipboard.readText()')).toBe(heading.slice(14));
    await fingers.at('button Copy the order id');

    await fingers.tabTo('button Correct the address …');
    await fingers.press('Enter');
    await fingers.at('field Name');
    await fingers.tabTo('field City');
    await fingers.retype('Haifa');
    await fingers.press('Enter');
    await reader.page.getByRole('region', { name: 'Delivery' }).getByText('Haifa').waitFor();
    await fingers.at('button Correct the address …');

    await fingers.press('n');
    await fingers.at('field A note');
    await fingers.type('wants it on Saturday');
    await fingers.press('Tab');
    await fingers.at('field Your name');
    await fingers.type('Ann');
    await fingers.press('Tab');
    await fingers.at('button Add the note');
    await fingers.press('Enter');
    await reader.page.getByRole('listitem').getByText('wants it on Saturday').waitFor();
    await fingers.at('button Add the note');

    await fingers.press('a');
    await fingers.at('button Mark as shipped');
    await fingers.tabTo('button Cancel the order …');
    await fingers.press('Enter');
    await fingers.at('field Why');
    await fingers.type('the customer called');
    await fingers.press('Enter');
    await seen('States', 'cancelled');
    await fingers.at(heading);
  }

  async function takeTheListAlong(): Promise<void> {
    await goTo('Orders');
    await fingers.tabTo('summary Order any');
    await fingers.press('Enter', 'Tab');
    await fingers.at('field received');
    await fingers.tabTo('field cancelled');
    await fingers.press('Space', 'Escape');
    await fingers.at('summary Order cancelled');
    await reader.page.getByText('1 order', { exact: true }).waitFor();
    await fingers.tabTo('link CSV');
    const download = reader.page.waitForEvent('download');
    await fingers.press('Enter');
    expect((await download).suggestedFilename()).toMatch(/\.csv$/);
    await fingers.at('link CSV');
  }

  async function pauseLive(): Promise<void> {
    await goTo('Live');
    await reader.page.getByRole('button', { name: 'Pause' }).waitFor();
    await fingers.press('p');
    await reader.page.getByRole('button', { name: 'Go on' }).waitFor();
    await fingers.tabTo('button Go on');
    await fingers.press('Space');
    await fingers.at('button Pause');
  }

  async function seeToRefusedEvents(): Promise<void> {
    await goTo('Trouble');
    await openFirstEvent();
    await fingers.tabTo('button Replay …');
    await fingers.press('Enter');
    await fingers.at('button Back');
    await fingers.press('Escape');
    await fingers.at('button Replay …');
    await fingers.press('Enter', 'Tab');
    await fingers.at('button Replay');
    await fingers.press('Enter');
    await seenInToast(/is on its way to orders/);
    await fingers.at('button Replay …');
    // What is refused once more meanwhile would wait again.
    await expect.poll(triesOfTheEvent, { timeout: 10_000 }).toBe(2);

    await fingers.tabTo('button Edit and send …');
    await fingers.press('Enter');
    await fingers.at('field The event that is sent in its place');
    await fingers.retype(JSON.stringify(anOrder()));
    await fingers.press('Tab');
    await fingers.at('button Send as a new event');
    await fingers.press('Enter');
    await seenInToast(/in the place of event/);
    await fingers.at('heading The event');

    await goTo('Trouble');
    await openFirstEvent();
    await fingers.tabTo('button Discard …');
    await fingers.press('Enter', 'Tab');
    await fingers.at('button Discard');
    await fingers.press('Enter');
    await seenInToast(/is discarded/);
    await fingers.at('main');

    await rowsOfTrouble();
    await fingers.tabTo('field Reason contains');
    await fingers.type('shardkey');
    await fingers.press('Enter');
    await reader.page.getByText('2 events', { exact: true }).waitFor();
    await fingers.tabTo('button Discard all of them …');
    await fingers.press('Enter');
    await reader.page.getByRole('heading', { name: 'Discard 2 refused events?' }).waitFor();
    await fingers.press('Tab');
    await fingers.at('button Discard 2');
    await fingers.press('Enter');
    await seenInToast('2 events discarded.');
    await reader.page.getByText('No refused event matches').waitFor();
    // Neither the button nor any heading is left, but the view is.
    await fingers.at('main');
  }

  async function triesOfTheEvent(): Promise<number> {
    const id = new URL(reader.page.url()).pathname.split('/').at(-1);
    const letter = (await (await fetch(`${site.url}/api/dead-letters/${id}`)).json()) as {
      failures: unknown[];
    };
    return letter.failures.length;
  }

  async function openFirstEvent(): Promise<void> {
    await rowsOfTrouble();
    await fingers.press('j');
    await fingers.at(/^link .*must/);
    await fingers.press('Enter');
    await reader.page.getByRole('heading', { name: /^Refused event \d+$/ }).waitFor();
    await fingers.at('main');
  }

  async function adjustTheStock(): Promise<void> {
    await goTo('Stock');
    await fingers.tabTo('field Thing or product');
    await fingers.type(String(THING));
    await fingers.press('Enter');
    await reader.page.getByRole('heading', { name: `Thing ${THING}` }).waitFor();
    await fingers.at('main');
    await fingers.tabTo('button Adjust …');
    await fingers.press('Enter');
    await fingers.at('field Pieces that came in, or with a minus went out');
    await fingers.type('3');
    await fingers.press('Tab');
    await fingers.at('field Why');
    await fingers.type('found behind the shelf');
    await fingers.press('Enter');
    await reader.page.getByRole('table', { name: 'Movements' }).getByText('found behind the shelf').waitFor();
    await fingers.at('button Adjust …');
  }

  async function makeAnOrderUp(): Promise<void> {
    await goTo('Demo');
    await fingers.tabTo('field Orders');
    await fingers.retype('1');
    await fingers.tabTo('button Send');
    await fingers.press('Enter');
    await reader.page.getByText('1 order sent, 1 stored.').waitFor();
    await fingers.at('button Send');
  }

  async function listTheKeys(): Promise<void> {
    await fingers.press('?');
    await reader.page.getByRole('dialog', { name: 'Keys' }).waitFor();
    expect(new Set(await fingers.stops(6))).toEqual(
      new Set(['field Single keys do nothing', 'button Close']),
    );
    await fingers.press('Escape');
    await fingers.at('button Send');
  }

  const seen = (part: string, words: string): Promise<void> =>
    reader.page.getByLabel(part).getByText(words, { exact: true }).waitFor();
  const seenInToast = (words: string | RegExp): Promise<void> =>
    reader.page.locator('#toast').getByText(words).waitFor();
  const rowsOfTrouble = (): Promise<void> =>
    reader.page.getByRole('table', { name: 'Refused events' }).locator('tbody tr').first().waitFor();
});
