import type { Locator } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { anOrder } from '../e2e/api.js';
import { runInEmbedded, sendEvents } from '../support/embedded-database.js';
import { eventually } from '../support/eventually.js';
import { useTier } from '../support/tiers.js';
import { SHOP } from '../support/waybill-process.js';
import { Happenings } from './happenings.js';
import { useSite } from './site.js';
import { freshUid, postOrder, type Visit } from './visit.js';

interface Trouble {
  counts: Record<'dead_letters' | 'disputed_orders', { count: number; exact: boolean }>;
}

const chromium = useTier('chromium');

describe.skipIf(chromium.skipped !== undefined)('trouble', () => {
  const site = useSite(chromium.executablePath, { env: SHOP });
  const happens = new Happenings(site);
  let reader: Visit;
  beforeEach(async () => {
    reader = await site.visit();
  });

  const button = (name: string | RegExp): Locator => reader.page.getByRole('button', { name });
  const dialog = (): Locator => reader.page.getByRole('dialog');
  const answer = (name: string | RegExp): Promise<void> => dialog().getByRole('button', { name }).click();
  const rows = (): Locator => reader.page.getByRole('table', { name: 'Refused events' }).locator('tbody tr');
  const theEvent = (): Locator => reader.page.getByRole('group', { name: 'The event', exact: true });

  async function lettersOf(query: string): Promise<{ id: number; value_bytes: number }[]> {
    const response = await fetch(`${site.url}/api/dead-letters?limit=100&${query}`);
    return (await response.json()) as { id: number; value_bytes: number }[];
  }

  it('tells why an event was refused, from the start page on, and marks the field in it', async () => {
    const orderUid = freshUid();
    await happens.refuse(
      anOrder({ order_uid: orderUid, entry: '<img src=x onerror=alert(1)>', sm_id: 'ninety-nine' }),
    );
    await reader.go('/');
    await reader.page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: 'Trouble' })
      .click();
    await rows()
      .getByRole('link', { name: /^sm_id must be/ })
      .first()
      .click();
    await reader.page.getByRole('heading', { name: /^Refused event \d+$/ }).waitFor();
    expect(await theEvent().locator('mark').innerText()).toBe('"sm_id": "ninety-nine"');
    expect(await theEvent().innerText()).toContain('"entry": "<img src=x onerror=alert(1)>"');
    await button('As text').click();
    expect(await theEvent().innerText()).toContain(`"order_uid":"${orderUid}"`);
    expect(await theEvent().locator('mark').count()).toBe(0);
    expect(await reader.page.getByRole('region', { name: 'Where it came from' }).innerText()).toContain(
      'key-0',
    );
  });

  it('marks where a field is missing', async () => {
    const { track_number: _, ...order } = anOrder() as Record<string, unknown>;
    const id = await happens.refuse(order);
    await reader.go(`/trouble/dead-letters/${id}`);
    await expect.poll(() => theEvent().locator('mark').innerText()).toBe('"track_number" is missing here');
  });

  it('has an event mended and sent in its place, which is stored', async () => {
    const order = anOrder();
    const id = await happens.refuse({ ...order, date_created: 'yesterday' });
    await reader.go(`/trouble/dead-letters/${id}`);
    await button('Edit and send …').click();
    const editor = reader.page.getByLabel('The event that is sent in its place');
    await expect.poll(() => editor.inputValue()).toContain('"date_created": "yesterday"');
    await editor.fill('{"order_uid":');
    await reader.page.getByText(/^It is not JSON/).waitFor();
    await editor.fill(JSON.stringify(order));
    await reader.page.getByText('It is JSON.', { exact: true }).waitFor();
    await button('Send as a new event').click();
    await reader.page.getByText('edited', { exact: true }).waitFor();
    await expect.poll(() => theEvent().innerText()).toContain(`"order_uid": "${order.order_uid}"`);
    await expect
      .poll(async () => (await fetch(`${site.url}/api/orders/${order.order_uid}`)).status, {
        timeout: 10_000,
      })
      .toBe(200);
    await reader.page.getByRole('link', { name: order.order_uid }).click();
    await reader.orderHeading(order.order_uid).waitFor();
  });

  it('sends nothing in the place of an event where somebody was faster', async () => {
    const id = await happens.refuse(anOrder({ locale: 8 }));
    await reader.go(`/trouble/dead-letters/${id}`);
    await button('Edit and send …').click();
    const editor = reader.page.getByLabel('The event that is sent in its place');
    await editor.fill('"mine"');
    const faster = await fetch(`${site.url}/api/dead-letters/${id}/edited-replay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ value: '"theirs"' }),
    });
    expect(faster.status).toBe(202);
    reader.expectFaults(/409 .*edited-replay/);
    await button('Send as a new event').click();
    await reader.page
      .getByText(`Something else was sent in the place of dead letter ${id} meanwhile.`)
      .waitFor();
    expect(await editor.inputValue()).toBe('"mine"');
    const letter = (await (await fetch(`${site.url}/api/dead-letters/${id}`)).json()) as object;
    expect(letter).toMatchObject({ edits: 1, edited_value: { text: '"theirs"' } });
  });

  it('has a very long event edited as the text that it is, and sent', async () => {
    // Laid out it would be many times as long.
    const nested = `${'['.repeat(150_000)}${']'.repeat(150_000)}`;
    await sendEvents(site.dataDir, nested);
    const id = await eventually(async () => {
      const letter = (await lettersOf('')).find(({ value_bytes }) => value_bytes === nested.length);
      expect(letter).toBeDefined();
      return letter!.id;
    });
    await reader.go(`/trouble/dead-letters/${id}`);
    await expect.poll(() => theEvent().innerText()).toContain('100,000 characters more');
    expect(await button('As JSON').count()).toBe(0);
    await button('Edit and send …').click();
    const editor = reader.page.getByLabel('The event that is sent in its place');
    expect(await editor.inputValue()).toBe(nested);
    await editor.fill(JSON.stringify('"'.repeat(300_000)));
    await button('Send as a new event').click();
    await reader.page.getByText('edited', { exact: true }).waitFor();
  });

  it('asks for what is cheap, here and on the start page', async () => {
    const asked: string[] = [];
    reader.page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith('/api/')) asked.push(`${request.method()} ${pathname}`);
    });
    await reader.go('/');
    await reader.page.getByRole('link', { name: /^\d+\+? Disputed payments/ }).waitFor();
    await reader.go('/trouble');
    await reader.page.getByRole('link', { name: /^Refused events \d/ }).waitFor();
    await reader.page.getByRole('link', { name: /^Payments \d/ }).waitFor();
    expect(asked).toContain('GET /api/counts/dead-letters');
    expect(
      asked.filter((one) => one.startsWith('POST ') || /^GET .api.(counts|waiting).orders$/.test(one)),
    ).toEqual([]);
  });

  it('says in the navigation of every view how much waits for somebody', async () => {
    await happens.refuse(anOrder({ sm_id: 'of the navigation' }));
    const letters = async () => {
      const { counts } = (await (await fetch(`${site.url}/api/counts/trouble`)).json()) as Trouble;
      expect(counts.disputed_orders).toMatchObject({ exact: true });
      return counts.dead_letters.count;
    };
    // The server's own answer may be some seconds old.
    await expect.poll(letters, { timeout: 10_000 }).toBeGreaterThan(0);
    await reader.go('/orders');
    const link = reader.page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: /^Trouble [1-9]\d* to see to$/ });
    await link.click();
    await reader.page.getByRole('navigation', { name: 'Kinds of trouble' }).waitFor();
    expect(reader.faults).toEqual([]);
  });

  it('replays an event, and discards one, after a question', async () => {
    const id = await happens.refuse(anOrder({ locale: 7 }));
    await reader.go(`/trouble/dead-letters/${id}`);
    await button('Replay …').click();
    await answer('Back');
    await button('Replay …').click();
    await answer('Replay');
    await expect
      .poll(
        async () => {
          const response = await fetch(`${site.url}/api/dead-letters/${id}`);
          return ((await response.json()) as { failures: unknown[] }).failures.length;
        },
        { timeout: 10_000 },
      )
      .toBe(2);
    await reader.page.reload();
    const tries = reader.page.getByRole('region', { name: 'Tries' }).getByRole('listitem');
    await expect.poll(() => tries.count()).toBe(2);
    await button('Discard …').click();
    await answer('Discard');
    await reader.page.waitForURL('**/trouble');
    expect((await lettersOf('')).some((one) => one.id === id)).toBe(false);
  });

  it('discards many at once after it has counted them, and none that came in since', async () => {
    const mark = `bulk ${crypto.randomUUID()}`;
    const reason = `reason=shardkey&from=${new Date().toISOString().slice(0, 10)}`;
    for (const n of [1, 2]) await happens.refuse(anOrder({ shardkey: n, entry: `${mark} ${n}` }));
    await reader.go('/trouble');
    await reader.page.getByLabel('Reason contains').fill('SHARDKEY');
    await reader.page.getByLabel('Reason contains').press('Enter');
    await expect.poll(() => rows().count()).toBe(2);
    expect(new URL(reader.page.url()).search).toBe('?reason=SHARDKEY');
    await happens.refuse(anOrder({ shardkey: 3, entry: `${mark} three` }));
    await button('Discard all of them …').click();
    await dialog().getByRole('heading', { name: 'Discard 2 refused events?' }).waitFor();
    await answer('Discard 2');
    await expect.poll(async () => (await lettersOf(reason)).length).toBe(1);
    await expect.poll(() => rows().count()).toBe(1);
    await button('Replay all of them …').click();
    await answer('Replay 1');
    await reader.page.getByText('1 event replayed.').first().waitFor();
  });

  it('shows an event that is no text as bytes', async () => {
    await runInEmbedded(
      site.dataDir,
      `INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
       VALUES ('order', 'bytes', 'order', 'orders', '{}', '\\xff004f6b21'::bytea)`,
      `SELECT pg_notify('waybill_outbox', '')`,
    );
    await expect
      .poll(async () => (await lettersOf('')).some((one) => one.value_bytes === 5), { timeout: 10_000 })
      .toBe(true);
    const { id } = (await lettersOf('')).find((one) => one.value_bytes === 5)!;
    await reader.go(`/trouble/dead-letters/${id}`);
    await expect.poll(() => theEvent().innerText()).toMatch(/^000000 {2}ff 00 4f 6b 21 +··Ok!$/);
    expect(await button('Edit and send …').count()).toBe(0);
  });

  it('says that an event is not there (any more), and that an address is none', async () => {
    reader.expectFaults(/404 .*dead-letters/);
    await reader.go('/trouble/dead-letters/999999999');
    await reader.page.getByText('There is no dead letter 999999999.').waitFor();
    await reader.go('/trouble/nowhere');
    await reader.page.getByRole('heading', { name: 'No such page' }).waitFor();
  });

  it('lists payments that are disputed, and goes to their order', async () => {
    const orderUid = await postOrder(site.url);
    for (const type of ['captured', 'disputed']) await happens.pay(orderUid, type, 1817);
    await reader.go('/trouble');
    await reader.page.getByRole('link', { name: /^Payments \d/ }).click();
    const row = reader.page
      .getByRole('table', { name: 'Disputed payments' })
      .getByRole('row', { name: new RegExp(orderUid) });
    await row.waitFor();
    expect(await row.innerText()).toContain('$18.17');
    await row.getByRole('link').click();
    await reader.orderHeading(orderUid).waitFor();
  });

  it('lists orders that wait too long, and what for', async () => {
    const orderUid = await postOrder(site.url);
    await eventually(async () => {
      const response = await fetch(`${site.url}/api/orders/${orderUid}/summary`);
      expect(await response.json()).toMatchObject({ status: 'confirmed' });
    });
    await runInEmbedded(
      site.dataDir,
      `UPDATE orders_under_way SET since = since - interval '400 hours' WHERE order_uid = '${orderUid}'`,
    );
    await reader.page.clock.install();
    await reader.go('/trouble');
    await reader.page.getByRole('link', { name: /^Waiting too long/ }).click();
    const rowOf = (table: string): Locator =>
      reader.page.getByRole('table', { name: table }).getByRole('row', { name: new RegExp(orderUid) });
    await rowOf('Orders that wait too long').waitFor();
    expect(await rowOf('Orders that wait too long').innerText()).toMatch(/to be shipped\s+16 days ago/);
    await reader.page.getByRole('link', { name: 'to be shipped 1' }).click();
    await rowOf('Orders that wait to be shipped').getByRole('link').click();
    await reader.orderHeading(orderUid).waitFor();

    await reader.page.goBack();
    await rowOf('Orders that wait to be shipped').waitFor();
    await reader.connected();
    await happens.setStatus(orderUid, 'shipped');
    // It is asked for once in a while, however much happens.
    await expect
      .poll(async () => {
        await reader.page.clock.fastForward(5_000);
        return rowOf('Orders that wait to be shipped').count();
      })
      .toBe(0);
    await reader.page.getByText('No order waits too long').waitFor();
  });

  it('says which part of the program is not ready, first of all', async () => {
    reader.expectFaults(/503 .*\/health/);
    await reader.page.route(`${site.url}/health`, (route) =>
      route.fulfill({
        status: 503,
        json: { status: 'down', parts: { a: { up: true }, database: { up: false, detail: 'no answer' } } },
      }),
    );
    await reader.go('/trouble/health');
    await reader.page.getByText('The program cannot do its work.').waitFor();
    const parts = reader.page.getByRole('table', { name: 'Parts of the program' }).locator('tbody tr');
    expect((await parts.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
      'database not ready no answer',
      expect.stringMatching(/^a ready/),
    ]);
  });
});
