import type { Route } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { Answers, problem } from './answers.js';
import { orderView } from './order-view.js';
import { useSite } from './site.js';
import { postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');

describe.skipIf(chromium.skipped !== undefined)('an order whose answers come late, or never', () => {
  const site = useSite(chromium.executablePath);
  let reader: Visit;

  beforeEach(async () => {
    reader = await site.visit();
  });

  const { part, states, dialog, press } = orderView(() => reader);

  it('is acted on and its question closed before it has been loaded anew', async () => {
    await reader.openOrder(await postOrder(site.url));
    const summaries = await Answers.to(reader.page, '**/summary');
    await press('Confirm');
    await dialog().getByRole('button', { name: 'Confirm' }).click();
    await dialog().waitFor({ state: 'detached', timeout: 5_000 });
    await summaries.give('the real one');
    await states().getByText('confirmed').waitFor();
  });

  it('is not acted on once more while that is under way, nor told that someone else was faster', async () => {
    await reader.openOrder(await postOrder(site.url));
    const answers = await Answers.to(reader.page, '**/status');
    const toast = reader.page.locator('#toast');
    await press('Confirm');
    await dialog().getByRole('button', { name: 'Confirm' }).click();
    await answers.asked;
    await dialog().getByRole('button', { name: 'Back' }).click();
    await toast.getByText('It is under way.').waitFor();
    await press('Confirm');
    await toast.getByText('What you asked for before is under way still.').waitFor();
    expect(await dialog().count()).toBe(0);
    await answers.give('the real one');
    await states().getByText('confirmed').waitFor();
    expect(await reader.page.getByText('Someone was faster').count()).toBe(0);
  });

  it('tells a note that is under way from a conflict, and adds one that was edited since as another', async () => {
    await reader.openOrder(await postOrder(site.url));
    const notes = part('Notes');
    await notes.getByLabel('Your name').fill('Ann');
    await notes.getByLabel('A note').fill('first');
    reader.expectFaults(/ 409 .*notes/, /ERR_FAILED .*notes/);
    const underWay = { ...problem(409, 'under way'), headers: { 'retry-after': '1' } };
    await reader.page.route('**/notes', (route) => route.fulfill(underWay), { times: 1 });
    await press('Add the note');
    await notes.getByText('What was sent first is still under way. Try again').waitFor();
    const lost = async (route: Route): Promise<void> => {
      await route.fetch();
      await route.abort();
    };
    await reader.page.route('**/notes', lost, { times: 1 });
    await press('Add the note');
    await notes.getByText('The server could not be reached.').waitFor();
    await notes.getByLabel('A note').fill('second');
    await press('Add the note');
    await expect.poll(() => notes.getByRole('listitem').count()).toBe(2);
  });

  it('keeps what is typed while a note is sent', async () => {
    await reader.openOrder(await postOrder(site.url));
    const notes = part('Notes');
    await notes.getByLabel('Your name').fill('Ann');
    await notes.getByLabel('A note').fill('first');
    const answers = await Answers.to(reader.page, '**/notes');
    await press('Add the note');
    await answers.asked;
    await notes.getByLabel('A note').fill('second');
    await answers.give('the real one');
    await notes.getByRole('listitem').getByText('first').waitFor();
    expect(await notes.getByLabel('A note').inputValue()).toBe('second');
  });

  it('that its summary is behind of is loaded again until they agree', async () => {
    const orderUid = await postOrder(site.url);
    const summary: unknown = await stored(site.url, orderUid);
    await setStatus(site.url, orderUid, 'confirmed');
    // All that one load asks for.
    await reader.page.route('**/summary', (route) => route.fulfill({ json: summary }), { times: 4 });
    await reader.openOrder(orderUid);
    await states().getByText('confirmed').waitFor();
  });

  it('is not put back by a part that comes after those of a later load', async () => {
    const orderUid = await postOrder(site.url);
    const late: Route[] = [];
    await reader.page.route('**/history?*', async (route) => {
      if (late.length > 0) await route.continue();
      else late.push(route);
    });
    await reader.openOrder(orderUid);
    await reader.connected();
    await setStatus(site.url, orderUid, 'confirmed');
    await states().getByText('confirmed').waitFor();
    await part('History').getByText('confirmed').waitFor();
    await reader.page.evaluate(`{
      window.statesSeen = [];
      const head = document.querySelector('.order-head');
      const look = () => window.statesSeen.push(head.querySelector('.badge').textContent);
      new MutationObserver(look).observe(head, { childList: true, subtree: true });
    }`);
    reader.expectFaults(/ 503 .*history/);
    const answered = reader.page.waitForResponse((one) => one.status() === 503);
    await late[0]!.fulfill({ status: 503, json: { title: 'the history is away' } });
    await (await answered).finished();
    await setStatus(site.url, orderUid, 'packed');
    await states().getByText('packed').waitFor();
    expect(new Set(await reader.page.evaluate<string[]>('window.statesSeen'))).toEqual(new Set(['packed']));
  });
});

async function stored(baseUrl: string, orderUid: string): Promise<unknown> {
  return (await fetch(`${baseUrl}/api/orders/${orderUid}/summary`)).json();
}

async function setStatus(baseUrl: string, orderUid: string, status: string): Promise<void> {
  const response = await fetch(`${baseUrl}/api/orders/${orderUid}/status`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status }),
  });
  if (!response.ok) throw new Error(`POST status: ${response.status} ${await response.text()}`);
}
