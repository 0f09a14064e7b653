import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runInEmbedded } from '../support/embedded-database.js';
import { sampleOrder, type JsonObject } from '../support/sample-order.js';
import { useTier } from '../support/tiers.js';
import { SHOP } from '../support/waybill-process.js';
import { Happenings } from './happenings.js';
import { resize, wider } from './layout.js';
import { useSite } from './site.js';
import { freshUid, postOrder, type Visit } from './visit.js';

const chromium = useTier('chromium');
const LARGEST = Number.MAX_SAFE_INTEGER;
/** Turns what follows around and is never ended, closes what is open, and would run three ways. */
const TRAP = '\u202Eשרה "\'><img src=x onerror="window.owned=1"><script>window.owned=1</script>{{owned}}';
/** 10,000 characters, without a place to break them at the beginning. */
const LONG = `${'W'.repeat(3_000)}${TRAP.repeat(100)}`.slice(0, 10_000);
const MAIL = '"<img/src=x/onerror=owned=1>"@example.com';

describe.skipIf(chromium.skipped !== undefined)('an order that means harm', () => {
  const site = useSite(chromium.executablePath, { env: SHOP });
  const customer_id = `${crypto.randomUUID()} ${TRAP}`.slice(0, 255);
  const track_number = `${crypto.randomUUID()} ${TRAP}`.slice(0, 255);
  const happens = new Happenings(site);
  let orderUid: string;
  let other: string;
  let letter: number;
  let reader: Visit;

  beforeAll(async () => {
    const order = hostile(sampleOrder(), { customer_id, track_number, order_uid: freshUid() });
    orderUid = order.order_uid as string;
    await store(order);
    other = await postOrder(site.url, { customer_id });
    await happens.isBy(orderUid, { status: 'confirmed' });
    await happens.setStatus(orderUid, 'packed', TRAP);
    await happens.note(orderUid, LONG.slice(-2_000), TRAP.slice(0, 100));
    for (const type of ['captured', 'disputed']) {
      await happens.pay(orderUid, type, LARGEST, { transaction: TRAP, provider: TRAP, reason: TRAP });
    }
    await happens.isBy(orderUid, { payment_status: 'disputed' });
    await happens.carry(track_number, 'accepted', { location: TRAP, carrier: TRAP, note: TRAP });
    await happens.isBy(orderUid, { status: 'shipped' });
    await runInEmbedded(
      site.dataDir,
      `UPDATE orders_under_way SET since = since - interval '4000 hours' WHERE order_uid = '${orderUid}'`,
    );
    letter = await happens.refuse({ ...order, order_uid: freshUid(), items: [hostileItem(1)], sm_id: TRAP });
  });
  beforeEach(async () => {
    reader = await site.visit({ viewport: { width: 320, height: 640 } });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['on the start page', () => open('/', orderUid)],
    ['where it is found', () => open(`/?q=${customer_id.slice(0, 36)}`, orderUid)],
    ['in the list', () => open(`/orders?customer_id=${encodeURIComponent(customer_id)}`, orderUid)],
    ['among the other orders of its customer', () => open(`/orders/${other}`, orderUid)],
    ['among the disputed payments', () => open('/trouble/payments', orderUid)],
    ['among the orders that wait', () => open('/trouble/waiting', orderUid)],
    ['as a refused event in the list', () => open('/trouble', 'sm_id must be')],
    ['as a refused event', () => open(`/trouble/dead-letters/${letter}`, 'The event')],
    ['as a refused event that is edited', editTheLetter],
    ['in Live', seeItLive],
    ['as it is, with all that was said of it', openTheOrder],
    ['as it is, every text and item of it', openAllOfTheOrder],
  ])('does none %s', async (_where, reach) => {
    await reach();
    for (const width of [320, 1280]) {
      await resize(reader.page, { width, height: 640 });
      expect(await wider(reader.page)).toEqual([]);
    }
    expect(await reader.page.evaluate('window.owned')).toBeUndefined();
    expect(await reader.page.locator('main :is(img, script, iframe, object)').count()).toBe(0);
    expect(await notIsolated()).toEqual([]);
  });

  async function open(path: string, shown: string): Promise<void> {
    await reader.go(path);
    await reader.page.getByRole('main').getByText(shown).first().waitFor();
  }

  async function openTheOrder(): Promise<void> {
    await reader.openOrder(orderUid);
    for (const part of ['Notes', 'History', 'Payments', 'Delivery', 'Items', 'Parcels']) {
      await reader.page
        .getByRole('region', { name: part, exact: true })
        .getByText(TRAP.slice(2, 20))
        .first()
        .waitFor();
    }
    await reader.page.getByText('90,071,992,547,409.91').first().waitFor();
  }

  async function openAllOfTheOrder(): Promise<void> {
    await openTheOrder();
    await reader.page.getByRole('button', { name: 'Show all 1,000 items' }).click();
    expect(await reader.page.getByRole('table', { name: 'Items' }).locator('tbody tr').count()).toBe(1_000);
    const texts = reader.page.getByRole('button', { name: /^Show all [\d,]+ characters/ });
    for (const part of ['Delivery', 'Notes', 'For developers']) {
      const text = reader.page.getByRole('region', { name: part }).locator(texts);
      while ((await text.count()) > 0) await text.first().click();
    }
    await reader.page.getByText('Show it as JSON').click();
  }

  async function seeItLive(): Promise<void> {
    await reader.go('/live');
    await reader.page
      .getByRole('region', { name: 'Changes' })
      .getByText('connected', { exact: true })
      .waitFor();
    await happens.carry(track_number, 'out_for_delivery', { location: TRAP });
    await reader.page.locator(`[data-change="${orderUid}"]`).first().waitFor();
  }

  async function editTheLetter(): Promise<void> {
    await reader.go(`/trouble/dead-letters/${letter}`);
    await reader.page.getByRole('button', { name: 'Edit and send …' }).click();
    await reader.page.getByText('It is JSON.').waitFor();
  }

  /** Texts of the order that would turn around what stands beside them. */
  function notIsolated(): Promise<string[]> {
    return reader.page.evaluate<string[]>(`(() => {
      const found = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode())
        if (/[\\u202E\\u0590-\\u05FF]/.test(node.data) && !node.parentElement.closest('bdi, pre, [dir="auto"], textarea'))
          found.push(node.parentElement.outerHTML.slice(0, 120));
      return found;
    })()`);
  }

  async function store(order: JsonObject): Promise<void> {
    const answer = await fetch(`${site.url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    });
    expect(answer.status, await answer.text()).toBe(201);
  }
});

/** Harm in each field that takes a text, the most that each amount and number may be, and as many items as there may be. */
function hostile(order: JsonObject, own: JsonObject): JsonObject {
  const { delivery, payment } = order as Record<string, JsonObject>;
  return {
    ...order,
    entry: TRAP,
    locale: TRAP,
    delivery_service: TRAP,
    shardkey: TRAP,
    oof_shard: TRAP,
    internal_signature: LONG,
    sm_id: LARGEST,
    delivery: {
      ...delivery,
      name: LONG,
      address: LONG,
      city: LONG,
      region: LONG,
      phone: TRAP,
      zip: TRAP,
      email: MAIL,
    },
    payment: {
      ...payment,
      transaction: TRAP,
      request_id: TRAP,
      provider: TRAP,
      bank: TRAP,
      amount: LARGEST,
      delivery_cost: LARGEST,
      goods_total: LARGEST,
      custom_fee: LARGEST,
    },
    items: Array.from({ length: 1_000 }, (_, n) => hostileItem(n, own.track_number)),
    ...own,
  };
}

function hostileItem(n: number, track_number: unknown = TRAP): JsonObject {
  const [item] = sampleOrder().items as [JsonObject];
  const text = n === 0 ? LONG : TRAP;
  return {
    ...item,
    name: text,
    brand: text,
    size: TRAP,
    rid: TRAP,
    track_number,
    price: LARGEST,
    total_price: LARGEST,
    chrt_id: LARGEST,
    nm_id: LARGEST,
    status: LARGEST,
    sale: 100,
  };
}
