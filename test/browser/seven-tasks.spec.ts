import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LifeKindName } from '../../src/orders/producer/lives/life-kinds.js';
import type { Order } from '../../src/orders/model/order.js';
import { type SeededLife, seededLives } from '../screenshots/seeded-orders.js';
import { send, tell } from '../screenshots/tell.js';
import { useTier } from '../support/tiers.js';
import { SHOP } from '../support/waybill-process.js';
import { type Effort, Hands } from './hands.js';
import { Happenings } from './happenings.js';
import { useSite } from './site.js';

const chromium = useTier('chromium');
const SEED = 7;
const TASKS = [
  'where is my parcel',
  'I was charged twice',
  'where is my refund',
  'wrong address',
  'cancel it',
  'why was this event refused',
  'how many of these are left',
] as const;
type Task = (typeof TASKS)[number];

describe.skipIf(chromium.skipped !== undefined)('what callers ask, from the start page', () => {
  const site = useSite(chromium.executablePath, { env: SHOP });
  const efforts = new Map<Task, Effort>();
  const orders = {} as Record<LifeKindName, Order>;
  let hands: Hands;

  beforeAll(async () => {
    for (const life of seededLives(SEED, 0, new Date(), [
      'in_parts',
      'captured_twice',
      'returned',
      'paid_ahead',
      'prompt',
    ])) {
      orders[life.kind] = life.order;
      for (const event of passed(life)) await tell(site.url, event);
    }
    const [{ chrt_id, nm_id }] = orders.prompt.items as [Order['items'][number]];
    await send(`${site.url}/api/inventory/${chrt_id}`, 'PUT', JSON.stringify({ nm_id, on_hand: 17 }));
    const { payment, ...rest } = orders.prompt;
    const amount = 'eighteen';
    const happens = new Happenings(site);
    await happens.refuse({ ...rest, order_uid: 'refused-1', payment: { ...payment, amount } });
    // They are acted on as they are seen: what changes meanwhile refuses it.
    for (const { order_uid } of [orders.prompt, orders.paid_ahead]) {
      await happens.isBy(order_uid, { status: 'confirmed' });
    }
  });
  afterAll(() => console.log(tableOf(efforts)));
  beforeEach(async () => {
    const { page } = await site.visit();
    hands = await Hands.at(page);
  });

  /** Finds an order by what the caller says, and opens it. */
  async function open(said: string): Promise<void> {
    await hands.find(said);
    await hands.page.getByRole('table', { name: 'Found orders' }).getByRole('link').first().waitFor();
    await hands.press('Enter');
  }

  function done(task: Task, effort: Effort): void {
    efforts.set(task, effort);
  }

  it('where is my parcel', async () => {
    const { track_number } = orders.in_parts;
    await open(track_number);
    const parcels = hands.page.getByRole('region', { name: 'Parcels' });
    done(
      'where is my parcel',
      await hands.seen(
        parcels.getByText(track_number, { exact: true }),
        parcels.getByText('on its way').first(),
      ),
    );
  });

  it('I was charged twice', async () => {
    await open(orders.captured_twice.delivery.email);
    const ledger = hands.page.getByRole('table', { name: 'Ledger of payments' });
    done(
      'I was charged twice',
      await hands.seen(ledger.getByText('captured').nth(1), hands.page.getByText('Paid too much')),
    );
  });

  it('where is my refund', async () => {
    await open(orders.returned.order_uid.slice(0, 8));
    const ledger = hands.page.getByRole('table', { name: 'Ledger of payments' });
    done('where is my refund', await hands.seen(ledger.getByText('refunded')));
  });

  it('wrong address', async () => {
    await open(orders.paid_ahead.delivery.phone);
    await hands.click(hands.page.getByRole('button', { name: 'Correct the address …' }));
    await hands.fill(hands.page.getByLabel('Street and number'), 'Parkallee 12');
    await hands.press('Enter');
    const delivery = hands.page.getByRole('region', { name: 'Delivery' });
    done('wrong address', await hands.seen(delivery.getByText('Parkallee 12')));
  });

  it('cancel it', async () => {
    await open(orders.prompt.order_uid);
    await hands.click(hands.page.getByRole('button', { name: 'Cancel the order …' }));
    await hands.fill(hands.page.getByLabel('Why', { exact: true }), 'ordered by mistake');
    await hands.press('Enter');
    done('cancel it', await hands.seen(hands.page.getByText('ordered by mistake').first()));
  });

  it('why was this event refused', async () => {
    await hands.click(hands.page.getByRole('link', { name: /Refused events/ }));
    await hands.click(
      hands.page
        .getByRole('main')
        .getByRole('link', { name: /payment\.amount/ })
        .first(),
    );
    done('why was this event refused', await hands.seen(hands.page.locator('mark').getByText('eighteen')));
  });

  it('how many of these are left', async () => {
    await hands.click(hands.page.getByRole('link', { name: 'Stock', exact: true }));
    await hands.fill(hands.page.getByLabel('Thing or product'), String(orders.prompt.items[0]!.chrt_id));
    await hands.press('Enter');
    done(
      'how many of these are left',
      await hands.seen(hands.page.getByRole('article').getByText('17', { exact: true }).first()),
    );
  });

  it('takes no more than is written', async () => {
    const written = await readFile(new URL('../../docs/page.md', import.meta.url), 'utf8');
    const lines = [...efforts].map(([task, { clicks, entries }]) => ({ task, clicks, entries }));
    const writtenLines = TASKS.map((task) => {
      const [, clicks, entries] =
        new RegExp(`^\\| ${task} +\\|[^|]*\\| +(\\d+) \\| +(\\d+) \\|`, 'm').exec(written) ?? [];
      return { task, clicks: Number(clicks), entries: Number(entries) };
    });
    expect(lines).toEqual(writtenLines);
  });
});

/** One parcel is on its way, and the orders that are to be changed have only come. */
function passed({ kind, events }: SeededLife): SeededLife['events'] {
  if (kind === 'paid_ahead' || kind === 'prompt') return events.filter(({ to }) => to === 'orders');
  if (kind !== 'in_parts') return events;
  const arrival = events.findIndex(
    (event) => event.to === 'delivery-events' && event.carrierEvent.type === 'in_transit',
  );
  return events.slice(0, arrival + 1);
}

function tableOf(efforts: ReadonlyMap<Task, Effort>): string {
  return [...efforts]
    .map(
      ([task, { clicks, entries, seconds }]) =>
        `${task}: ${clicks} clicks, ${entries} entries, ${seconds.toFixed(1)} s`,
    )
    .join('\n');
}
