import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { Answers, problem } from './answers.js';
import { useSite } from './site.js';
import { freshUid, postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');
/** More than are in the page at a time. */
const MANY = 420;
const MANY_CUSTOMER = 'of-many-orders';
/** Pages in sight, and some around them. */
const MOST_ROWS = 250;

describe.skipIf(chromium.skipped !== undefined)('the list of all orders', () => {
  const site = useSite(chromium.executablePath);
  let reader: Visit;

  beforeAll(async () => {
    const bodies = Array.from({ length: MANY }, () => ({
      order_uid: freshUid(),
      customer_id: MANY_CUSTOMER,
    }));
    await Promise.all(bodies.map((changes) => postOrder(site.url, changes)));
  });
  beforeEach(async () => {
    reader = await site.visit();
  });

  const rows = () => reader.page.getByRole('table', { name: 'Orders' }).locator('tr[data-order]');
  const rowOf = (orderUid: string) => reader.page.locator(`tr[data-order="${orderUid}"]`);
  const ofRows = <T>(expression: string) =>
    reader.page.evaluate<T[]>(`[...document.querySelectorAll('tr[data-order]')].map((row) => ${expression})`);
  const uidsInSight = () => ofRows<string>('row.dataset.order');
  const isSeen = async (orderUid: string) => {
    const box = await rowOf(orderUid).boundingBox();
    return box !== null && box.y >= 0 && box.y + box.height <= reader.page.viewportSize()!.height;
  };
  /** @param line counted from 1, that of the headings */
  const scrollOnTo = (line: number) =>
    expect
      .poll(
        async () => {
          await scrollTo('window.scrollY + 1000');
          return reader.page.locator(`tr[aria-rowindex="${line}"]`).count();
        },
        { timeout: 15_000 },
      )
      .toBe(1);
  const confirm = (orderUid: string) => setStatus(site.url, orderUid, 'confirmed');
  const scrollY = () => reader.page.evaluate<number>('window.scrollY');
  const scrollTo = (y: string) => reader.page.evaluate(`window.scrollTo(0, ${y})`);

  it('is of what the address says, and the address of what the fields say', async () => {
    const [mine, other] = [await postOrder(site.url, { customer_id: 'ann' }), await postOrder(site.url)];
    await reader.go('/orders?customer_id=ann');
    await rowOf(mine).waitFor();
    expect(await rowOf(other).count()).toBe(0);
    expect(await reader.page.getByLabel('Customer').inputValue()).toBe('ann');

    await reader.page
      .locator('summary')
      .filter({ hasText: /^Order any/ })
      .click();
    await reader.page.getByRole('checkbox', { name: 'cancelled' }).check();
    await reader.page.getByText('No order is like that').waitFor();
    expect(new URL(reader.page.url()).search).toBe('?status=cancelled&customer_id=ann');
    await reader.page.reload();
    await reader.page.getByText('No order is like that').waitFor();
    await reader.page.getByRole('button', { name: 'Clear filters' }).first().click();
    await rowOf(other).waitFor();
    expect(new URL(reader.page.url()).search).toBe('');
  });

  it('takes the days of the reader, the last one included', async () => {
    // Half past midnight in Berlin, where the reader is, is the day before in UTC.
    const orderUid = await postOrder(site.url, { date_created: '2021-03-09T23:30:00Z', customer_id: 'days' });
    await reader.go('/orders?customer_id=days&from=2021-03-10&to=2021-03-10');
    await rowOf(orderUid).waitFor();
    await reader.page.getByLabel('until').fill('2021-03-09');
    await reader.page.getByLabel('Placed from').fill('2021-03-09');
    await reader.page.getByText('No order is like that').waitFor();
  });

  it('says what is wrong with a filter that the address has', async () => {
    reader.expectFaults(/400 .*\/api\/orders/);
    reader.allowFault(/400 .*\/api\/counts/, 'how many there are is asked for a moment later');
    await reader.page.goto('/orders?status=nonsense');
    await reader.page
      .getByRole('alert')
      .getByText(/status must be one or more/)
      .waitFor();
  });

  it('goes on for as long as there are orders, and has few of them in the page', async () => {
    await reader.go(`/orders?customer_id=${MANY_CUSTOMER}`);
    const seen = new Set<string>();
    let most = 0;
    await expect
      .poll(
        async () => {
          const uids = await uidsInSight();
          for (const uid of uids) seen.add(uid);
          most = Math.max(most, uids.length);
          await scrollTo('window.scrollY + 1500');
          return seen.size;
        },
        { timeout: 20_000 },
      )
      .toBe(MANY);
    expect(most).toBeLessThan(MOST_ROWS);
    // All the way back at once, to where no rows are in the page any more.
    await scrollTo('0');
    await reader.page.locator('tr[aria-rowindex="2"]').waitFor();
  });

  it('says how many there are, and gives all of them to take along', async () => {
    await reader.go(`/orders?customer_id=${MANY_CUSTOMER}`);
    await reader.page.getByText(`${MANY} orders`, { exact: true }).waitFor();
    for (const [name, lines] of [
      ['CSV', MANY + 1],
      ['JSON Lines', MANY],
    ] as const) {
      const download = reader.page.waitForEvent('download');
      await reader.page.getByRole('link', { name }).click();
      const text = await textOf(await (await download).createReadStream());
      expect(text.trimEnd().split('\n')).toHaveLength(lines);
    }
  });

  it('says why it is not to be had as a file', async () => {
    await reader.go(`/orders?customer_id=${MANY_CUSTOMER}`);
    await rows().first().waitFor();
    reader.expectFaults(/503 .*\/api\/exports/);
    const file = '**/api/exports/orders*';
    await reader.page.route(file, (route) => route.fulfill({ status: 503 }));
    await reader.page.getByRole('link', { name: 'CSV' }).click();
    const refusal = reader.page.getByRole('alert').getByText('As many exports as there may be are under way');
    await refusal.waitFor();
    await reader.page.unroute(file);
    const download = reader.page.waitForEvent('download');
    await reader.page.getByRole('link', { name: 'CSV' }).click();
    expect((await download).suggestedFilename()).toMatch(/^orders-.*\.csv$/);
    await refusal.waitFor({ state: 'hidden' });
  });

  it('is gone through by j, k and Enter, and is where it was when the reader comes back', async () => {
    await reader.go(`/orders?customer_id=${MANY_CUSTOMER}`);
    await rows().first().waitFor();
    await scrollOnTo(112);
    const { keyboard } = reader.page;
    await keyboard.press('j');
    await keyboard.press('j');
    await keyboard.press('k');
    const orderUid = await reader.page.evaluate<string>(`document.activeElement.closest('tr').dataset.order`);
    expect(await isSeen(orderUid)).toBe(true);
    const scrolled = await scrollY();
    expect(scrolled).toBeGreaterThan(2_000);
    await keyboard.press('Enter');
    await reader.page.waitForURL(`**/orders/${orderUid}`);
    await reader.page.goBack();
    await rows().first().waitFor();
    await rowOf(orderUid).waitFor();
    await expect.poll(scrollY).toBe(scrolled);
    expect(await isSeen(orderUid)).toBe(true);

    reader.expectFaults(/ 503 /);
    const answers = await Answers.to(reader.page, /\/api\/orders\?/);
    await answers.give(problem(503, 'the database is away'));
    await reader.page.evaluate(`document.getElementById('load-anew').click()`);
    await reader.page.getByText(/what is shown may be old/).waitFor();
    expect(await isSeen(orderUid)).toBe(true);
  });

  it('is where it was when the reader goes back from it, and forward to it', async () => {
    await reader.go('/');
    await reader.page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: 'Orders' })
      .click();
    await rows().first().waitFor();
    await scrollOnTo(112);
    const scrolled = await scrollY();
    await reader.page.goBack();
    await reader.page.getByRole('table', { name: 'Newest orders' }).waitFor();
    await reader.page.goForward();
    await rows().first().waitFor();
    await expect.poll(scrollY).toBe(scrolled);
  });

  it('never has the orders of one filter under another', async () => {
    reader.expectFaults(/ 503 /);
    const ofAnn = await postOrder(site.url, { customer_id: 'filtered-ann' });
    const [ann, ben] = [
      await Answers.to(reader.page, /\/api\/orders\?.*customer_id=filtered-ann/),
      await Answers.to(reader.page, /\/api\/orders\?.*customer_id=filtered-ben/),
    ];
    const filterBy = async (customer: string): Promise<void> => {
      await reader.page.getByLabel('Customer').fill(customer);
      await reader.page.getByLabel('Customer').press('Enter');
    };
    const isAway = reader.page.getByRole('heading', { name: 'The server is away' });
    await reader.go('/orders?customer_id=filtered-ann');
    await ann.asked;
    await filterBy('filtered-ben');
    // Not only once the answer for the other one has come.
    await ben.asked;
    await ann.give('the real one');
    await ben.give(problem(503, 'the database is away'));
    await isAway.waitFor();
    expect(await rowOf(ofAnn).count()).toBe(0);

    await filterBy('filtered-ann');
    await rowOf(ofAnn).waitFor();
    await filterBy('filtered-ben');
    await isAway.waitFor();
    expect(await rowOf(ofAnn).count()).toBe(0);
    await ben.give('the real one');
    await reader.page.getByText('No order is like that').waitFor();
  });

  it('says no more of further pages once it has another filter', async () => {
    const further = await Answers.to(reader.page, /\/api\/orders\?.*cursor=/);
    await reader.go(`/orders?customer_id=${MANY_CUSTOMER}`);
    await rows().first().waitFor();
    await scrollTo('document.body.scrollHeight');
    await reader.page.getByText('Loading more …').waitFor();
    await further.asked;
    await reader.page.getByLabel('Customer').fill('of-no-order');
    await reader.page.getByLabel('Customer').press('Enter');
    await reader.page.getByText('No order is like that').waitFor();
    await reader.page.getByText('Loading more …').waitFor({ state: 'detached' });
  });

  it('goes on by itself once a further page can be loaded', async () => {
    reader.expectFaults(/ 503 /);
    const further = await Answers.to(reader.page, /\/api\/orders\?.*cursor=/);
    await further.give(problem(503, 'the database is away'));
    await reader.go(`/orders?customer_id=${MANY_CUSTOMER}`);
    await rows().first().waitFor();
    await scrollTo('document.body.scrollHeight');
    await reader.page.getByText('Nothing is lost. The page tries again by itself.').waitFor();
    await further.give('the real one');
    await reader.page.locator('tr[aria-rowindex="90"]').waitFor();
    await reader.page.getByText('Nothing is lost').waitFor({ state: 'hidden' });
  });

  it('asks no more for a page that was refused while the reader scrolls, until they want it', async () => {
    reader.expectFaults(/ 400 /);
    let asked = 0;
    await reader.page.route(/\/api\/orders\?.*cursor=/, (route) => {
      asked += 1;
      return route.fulfill(problem(400, 'no such cursor'));
    });
    await reader.go(`/orders?customer_id=${MANY_CUSTOMER}`);
    await rows().first().waitFor();
    await scrollTo('document.body.scrollHeight');
    const again = reader.page.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    for (const by of [-9, 9, -9, 9]) {
      await scrollTo(`window.scrollY + ${by}`);
      await reader.page.evaluate(`new Promise((seen) => requestAnimationFrame(() => setTimeout(seen, 0)))`);
    }
    expect(asked).toBe(1);
    await again.click();
    await expect.poll(() => asked).toBe(2);
  });

  it('fills a screen of any height', async () => {
    reader = await site.visit({ viewport: { width: 1000, height: 3000 } });
    await reader.go(`/orders?customer_id=${MANY_CUSTOMER}`);
    await reader.page.locator('tr[aria-rowindex="90"]').waitFor();
  });

  it('shows what becomes of its orders, and new ones, by itself', async () => {
    const orderUid = await postOrder(site.url, { customer_id: 'moving' });
    await reader.go('/orders?customer_id=moving');
    await reader.connected();
    await rowOf(orderUid).getByText('received').waitFor();
    await confirm(orderUid);
    await rowOf(orderUid).getByText('confirmed').waitFor();
    const newer = await postOrder(site.url, { customer_id: 'moving' });
    const foreign = await postOrder(site.url, { customer_id: 'somebody-else' });
    await rowOf(newer).waitFor();
    expect(await uidsInSight()).toEqual([newer, orderUid]);
    expect(await rowOf(foreign).count()).toBe(0);
  });

  it('keeps new orders back while the pointer is on it', async () => {
    const orderUid = await postOrder(site.url, { customer_id: 'held' });
    await reader.go('/orders?customer_id=held');
    await reader.connected();
    await rowOf(orderUid).hover();
    const place = await rowOf(orderUid).boundingBox();
    const newer = await postOrder(site.url, { customer_id: 'held' });
    await reader.page.getByRole('button', { name: 'Show 1 newer order' }).waitFor();
    expect(await rowOf(newer).count()).toBe(0);
    expect(await rowOf(orderUid).boundingBox()).toEqual(place);
    await reader.page.getByLabel('Customer').hover();
    await rowOf(newer).waitFor();
  });

  it('stays as it is while the focus is in it, when all is loaded anew', async () => {
    const orderUid = await postOrder(site.url, { customer_id: 'focused' });
    await reader.go('/orders?customer_id=focused');
    await rowOf(orderUid).getByRole('link').focus();
    await reader.page.evaluate(`document.getElementById('load-anew').click()`);
    await reader.page.getByRole('button', { name: 'Show the list as it is now' }).waitFor();
    expect(await reader.page.evaluate(`document.activeElement.closest('tr').dataset.order`)).toBe(orderUid);
    await reader.page.keyboard.press('/');
    await reader.page
      .getByRole('button', { name: 'Show the list as it is now' })
      .waitFor({ state: 'hidden' });
  });

  it('offers new orders to those who have gone on from the top', async () => {
    await reader.go(`/orders?customer_id=${MANY_CUSTOMER}`);
    await reader.connected();
    await rows().first().waitFor();
    await scrollTo('1200');
    const newer = await postOrder(site.url, { customer_id: MANY_CUSTOMER });
    await reader.page.getByRole('button', { name: 'Show 1 newer order' }).click();
    await rowOf(newer).waitFor();
    await expect.poll(scrollY).toBe(0);
    await reader.page.getByRole('button', { name: /newer order/ }).waitFor({ state: 'hidden' });
  });

  it('offers a change that comes while those before it are loaded', async () => {
    await reader.go(`/orders?customer_id=${MANY_CUSTOMER}&status=received`);
    await reader.connected();
    await rows().first().waitFor();
    await scrollTo('1200');
    const furtherIsThere = () => reader.page.locator('tr[aria-rowindex="90"]').waitFor();
    await furtherIsThere();
    const [first, second] = (await uidsInSight()).slice(20) as [string, string];
    await confirm(first);
    const further = await Answers.to(reader.page, /\/api\/orders\?.*cursor=/);
    const offered = reader.page.getByRole('button', { name: 'Show 1 changed order' });
    await offered.click();
    await further.asked;
    await confirm(second);
    await offered.waitFor();
    await further.give('the real one');
    await furtherIsThere();
    await offered.click();
    for (const one of [first, second]) await rowOf(one).waitFor({ state: 'detached' });
  });

  it('says that the track number of an item may find nothing where the search is switched off', async () => {
    await reader.page.route('**/api/features', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...((await response.json()) as object), search: false } });
    });
    await reader.go('/orders?track_number=of-no-order');
    await reader.page
      .getByText('an order that has this track number in an item alone may be missing here')
      .waitFor();
    await reader.go('/orders?customer_id=of-no-order');
    await reader.page.getByText('Take a filter away, or try another one.').waitFor();
  });

  it('has no column that says nothing', async () => {
    const orderUid = await postOrder(site.url, { customer_id: '', track_number: 'WB1' });
    await reader.go('/orders?track_number=WB1');
    await rowOf(orderUid).waitFor();
    const cells = await rowOf(orderUid).locator('th, td').allInnerTexts();
    expect(cells.filter((text) => text.trim() === '')).toEqual([]);
    expect(cells).toHaveLength(await reader.page.getByRole('columnheader').count());
  });

  it('fits a screen of 320 pixels', async () => {
    reader = await site.visit({ viewport: { width: 320, height: 640 } });
    await reader.go(`/orders?customer_id=${MANY_CUSTOMER}`);
    await rows().first().waitFor();
    expect(await reader.page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
      320,
    );
    await scrollOnTo(202);
    const heights = await ofRows<number>('row.offsetHeight');
    expect(new Set(heights).size).toBe(1);
  });
});

async function setStatus(url: string, orderUid: string, status: string): Promise<void> {
  const answer = await fetch(`${url}/api/orders/${orderUid}/status`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}
