import type { Route } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TcpProxy } from '../support/tcp-proxy.js';
import { useTier } from '../support/tiers.js';
import { SERVER_AWAY } from './faults.js';
import { useSite } from './site.js';
import { setVisibility } from './visibility.js';
import { postOrder } from './visit.js';
import type { Visit } from './visit.js';

const chromium = useTier('chromium');
const RATES_PATH = '**/api/rates';
const EVENTS = '**/api/events*';
const GAP = /Changes may be missing here/;

describe.skipIf(chromium.skipped !== undefined)('the live view', () => {
  const site = useSite(chromium.executablePath);
  let wire: TcpProxy;
  let reader: Visit;

  beforeAll(async () => {
    wire = await TcpProxy.open(Number(new URL(site.url).port));
  });
  afterAll(() => wire?.close());
  beforeEach(async () => {
    reader = await site.visitBy(`http://127.0.0.1:${wire.port}`);
    await reader.go('/live');
    await feed().getByText('connected', { exact: true }).waitFor();
  });

  const feed = () => reader.page.getByRole('region', { name: 'Changes' });
  const changesOf = (orderUid: string) => reader.page.locator(`[data-change="${orderUid}"]`);
  const waiting = (words: string | RegExp) => feed().getByRole('status').getByText(words);

  it('shows changes as they come, the newest above, and leads to the order', async () => {
    const orderUid = await postOrder(site.url);
    await changesOf(orderUid).getByText('New order').waitFor();
    await postOrder(site.url, { order_uid: orderUid, delivery: { city: 'Haifa' } });
    await changesOf(orderUid).nth(1).waitFor();
    expect(await changesOf(orderUid).locator('strong').allInnerTexts()).toEqual(['Corrected', 'New order']);
    await feed().getByText('2 changes since this view was opened').waitFor();
    await changesOf(orderUid).first().getByRole('link').click();
    await reader.page.waitForURL(`**/orders/${orderUid}`);
  });

  it('waits while it is paused, says how many do, and shows them afterwards', async () => {
    await reader.page.keyboard.press('p');
    const uids = [await postOrder(site.url), await postOrder(site.url), await postOrder(site.url)];
    await waiting('3 changes wait').waitFor();
    expect(await reader.page.locator('[data-change]').count()).toBe(0);
    await reader.page.getByRole('button', { name: 'Go on' }).click();
    await changesOf(uids[2]!).waitFor();
    expect(await shown()).toEqual([...uids].reverse());
    expect(await waiting('wait').count()).toBe(0);
  });

  it('stands still while the pointer is on it', async () => {
    await reader.page.getByRole('log', { name: 'Changes' }).hover();
    const orderUid = await postOrder(site.url);
    await waiting('1 change waits').waitFor();
    expect(await changesOf(orderUid).count()).toBe(0);
    await reader.page.getByRole('heading', { name: 'The last five minutes' }).hover();
    await changesOf(orderUid).waitFor();
  });

  it('shows what happened while the connection was away, without a gap', async () => {
    const before = await postOrder(site.url);
    await changesOf(before).waitFor();
    reader.expectFaults(SERVER_AWAY);
    await wire.refuse();
    await feed()
      .getByText(/^reconnecting/)
      .waitFor();
    const missed = [await postOrder(site.url), await postOrder(site.url)];
    await wire.accept();
    await changesOf(missed[1]!).waitFor();
    const after = await postOrder(site.url);
    await changesOf(after).waitFor();
    expect(await shown()).toEqual([after, missed[1], missed[0], before]);
    expect(await feed().getByText(GAP).count()).toBe(0);
    await feed().getByText('connected', { exact: true }).waitFor();
  });

  it('shows what happened while its tab was not seen, each change once', async () => {
    const hidden = feed().getByText('let go while the tab was not seen');
    const posted: string[] = [];
    // The first time nothing has been heard yet that could be gone on behind.
    for (let times = 0; times < 2; times++) {
      await setVisibility(reader.page, 'hidden');
      await hidden.waitFor();
      posted.push(await postOrder(site.url), await postOrder(site.url));
      await setVisibility(reader.page, 'visible');
      await changesOf(posted.at(-1)!).waitFor();
      posted.push(await postOrder(site.url));
      await changesOf(posted.at(-1)!).waitFor();
    }
    expect(await shown()).toEqual([...posted].reverse());
    await feed().getByText('6 changes since this view was opened').waitFor();
    expect(await feed().getByText(GAP).count()).toBe(0);
    expect(reader.faults).toEqual([]);
  });

  it('shows what happened while the server refused the stream, each change once', async () => {
    reader.expectFaults(SERVER_AWAY, /503 .*\/api\/events/);
    const before = await postOrder(site.url);
    await changesOf(before).waitFor();
    let refused = 0;
    await reader.page.route(EVENTS, async (route) => {
      refused += 1;
      await route.fulfill({ status: 503 });
    });
    await wire.refuse();
    await wire.accept();
    await expect.poll(() => refused, { timeout: 10_000 }).toBeGreaterThan(0);
    const missed = [await postOrder(site.url), await postOrder(site.url)];
    await reader.page.unroute(EVENTS);
    await changesOf(missed[1]!).waitFor();
    const after = await postOrder(site.url);
    await changesOf(after).waitFor();
    expect(await shown()).toEqual([after, missed[1], missed[0], before]);
    expect(await feed().getByText(GAP).count()).toBe(0);
  });

  it('holds so many rows and no more, whatever comes while it is paused', async () => {
    const events = Array.from({ length: 3_000 }, (_, n) => eventText(n)).join('');
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await streamOnce(events, held);
    await reader.go('/live');
    await reader.page.getByRole('button', { name: 'Pause' }).click();
    letGo();
    await waiting('3,000 changes wait').waitFor();
    await reader.page.getByRole('button', { name: 'Go on' }).click();
    await feed().getByText('2,801 older changes came while the list was held, and are not shown.').waitFor();
    expect(await reader.page.locator('[data-change]').count()).toBe(199);
    expect((await shown())[0]).toBe('order-2999');
  });

  it('makes one row of the changes of an order that come together', async () => {
    const events = eventText(7) + eventText(7, 2) + eventText(7, 3) + eventText(8);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await streamOnce(events, held);
    await reader.go('/live');
    await reader.page.getByRole('button', { name: 'Pause' }).waitFor();
    letGo();
    await feed().getByText('4 changes since').waitFor();
    expect(await changesOf('order-7').innerText()).toContain('and 2 changes before');
    expect(await reader.page.locator('[data-change]').count()).toBe(2);
  });

  it('makes one row of them though they come one after the other, until the next picture', async () => {
    const one = { order_uid: 'order-7' };
    const counts = await reader.page.evaluate<number[]>(`(async () => {
      const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
      const { Changes } = await import(loaded.find((name) => name.endsWith('/live/changes.js')));
      const changes = new Changes(200);
      const hear = () => changes.add([${JSON.stringify(one)}]);
      hear();
      hear();
      changes.endPicture();
      hear();
      return changes.take().map(({ count }) => count);
    })()`);
    expect(counts).toEqual([2, 1]);
  });

  it('tells the rates of the last five minutes as a picture, in a sentence and as a table', async () => {
    await reader.page.route(RATES_PATH, (route) => route.fulfill({ json: rates() }));
    await reader.go('/live');
    await reader.page.getByText('120 orders came in, 600 changes went out. 1 event was refused.').waitFor();
    await reader.page.getByText('As a table').click();
    const row = reader.page.getByRole('row', { name: /the last one/ });
    expect(await row.getByRole('cell').allInnerTexts()).toEqual(['24', '120', '1']);
    await reader.page.getByText('refused events 1 in 5 seconds').waitFor();
    await expect.poll(() => inkOf(reader)).toBeGreaterThan(500);
  });

  it('counts what really came in', async () => {
    const { body } = await ratesOf(site.url);
    expect(body.orders_in).toHaveLength(body.buckets);
    expect(body.changes_out).toHaveLength(body.buckets);
    expect(body.dead_letters).toHaveLength(body.buckets);
    await reader.page.getByText(/orders? came in, [\d,]+ changes? went out/).waitFor();
  });

  it('says that the rates cannot be told, while changes go on', async () => {
    reader.expectFaults(/503 .*\/api\/rates/);
    await reader.page.route(RATES_PATH, (route) => route.fulfill({ status: 503, json: {} }));
    await reader.go('/live');
    await reader.page.getByRole('alert').getByText('The server is away').waitFor();
    const orderUid = await postOrder(site.url);
    await changesOf(orderUid).waitFor();
    await reader.page.unroute(RATES_PATH);
    await reader.page.getByText(/came in/).waitFor();
    await reader.page.getByRole('alert').waitFor({ state: 'detached' });
  });

  /** The browser connects anew once a stream has ended, and would be told all of it again: that is left unanswered. */
  async function streamOnce(events: string, until: Promise<void>): Promise<void> {
    await reader.page.route(EVENTS, () => undefined);
    const answer = async (route: Route): Promise<void> => {
      await until;
      await route.fulfill({ contentType: 'text/event-stream', body: events });
    };
    await reader.page.route(EVENTS, answer, { times: 1 });
  }

  const shown = () =>
    reader.page.evaluate<string[]>(
      `[...document.querySelectorAll('[data-change]')].map((row) => row.dataset.change)`,
    );
});

function eventText(n: number, version = 1): string {
  const event = {
    order_uid: `order-${n}`,
    version,
    change: version === 1 ? 'received' : 'content',
    previous: null,
    status: 'received',
    payment_status: 'unpaid',
    shipment_status: 'none',
    customer_id: 'test',
    track_number: 'WB1',
    occurred_at: '2026-01-01T10:00:00.000Z',
    payment: { amount: 1817, currency: 'USD' },
    items: [{}],
  };
  return `event: order-status\nid: 00000000.${n}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Two orders and ten changes in each five seconds, and one dead letter at the end. */
const rates = () => ({
  bucket_seconds: 5,
  buckets: 60,
  until: new Date().toISOString(),
  orders_in: new Array<number>(60).fill(2),
  changes_out: new Array<number>(60).fill(10),
  dead_letters: [...new Array<number>(59).fill(0), 1],
});

async function ratesOf(
  url: string,
): Promise<{ body: Record<'orders_in' | 'changes_out' | 'dead_letters', number[]> & { buckets: number } }> {
  const answer = await fetch(`${url}/api/rates`);
  return { body: (await answer.json()) as never };
}

/** Pixels of the chart that are not clear. */
function inkOf({ page }: Visit): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('.chart canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 0) ink += 1;
    return ink;
  })()`);
}
