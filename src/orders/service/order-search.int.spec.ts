import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { questionOf } from '../model/search-question.js';
import type { Order } from '../model/order.js';
import { OrderRepository } from '../repository/order.repository.js';
import { OrderSearchRepository } from '../repository/order-search.repository.js';
import { orderToStore } from '../repository/order-to-store.js';
import { OrderSearch } from './order-search.js';

let house: WaybillDatabase;
let search: OrderSearch;
let receivedAtUs = 1_763_722_949_123_457;
let serial = 0;

beforeAll(async () => {
  house = await openWaybillDatabase();
  search = new OrderSearch(house.database, new OrderSearchRepository());
});

beforeEach(() => house.rows('TRUNCATE orders, deliveries, payments, items, order_search'));
afterAll(() => house.drop());

type Fields = Partial<Omit<Order, 'delivery'>> & { delivery?: Partial<Order['delivery']> };

/** Nothing of it begins as anything that these tests search. */
function orderOf({ delivery, ...fields }: Fields): Order {
  const sample = sampleOrder() as unknown as Order;
  const other = `zz${++serial}`;
  const others = { order_uid: other, track_number: other, customer_id: other };
  const buyer = { name: other, phone: '', email: `${other}@example.org` };
  return { ...sample, ...others, ...fields, delivery: { ...sample.delivery, ...buyer, ...delivery } };
}

/** The later, the newer. */
async function receive(...orders: Fields[]): Promise<string[]> {
  const batch = orders.map((fields) =>
    orderToStore({ order: orderOf(fields), totalsMatch: true }, ++receivedAtUs),
  );
  const repository = new OrderRepository();
  await house.database.transaction((tx) => repository.store(tx, batch));
  return batch.map(({ order }) => order.order_uid);
}

interface Found {
  field: string;
  value: string;
  uid: string;
}

async function find(typed: string): Promise<Found[]> {
  const { hits } = await search.find(questionOf(typed)!);
  return hits.map(({ matched, value, summary }) => {
    const { order_uid: uid } = JSON.parse(summary) as { order_uid: string };
    return { field: matched, value, uid };
  });
}

const uids = async (typed: string): Promise<string[]> => (await find(typed)).map(({ uid }) => uid);

describe('a search', () => {
  it('finds an order by each thing that people know of it, and says which with its text', async () => {
    const delivery = { name: 'Anna Maria Levi', phone: '+7 (972) 000-12-34', email: 'Anna@Example.com' };
    const [uid] = await receive({
      order_uid: 'Ab-19_x',
      track_number: 'WBILtrack',
      customer_id: 'Customer-1',
      delivery,
    });
    const found = async (typed: string): Promise<unknown> => (await find(typed))[0];
    expect(await found('AB-19')).toEqual({ field: 'order_uid', value: 'Ab-19_x', uid });
    expect(await found('wbilTRACK')).toEqual({ field: 'track_number', value: 'WBILtrack', uid });
    expect(await found('customer')).toEqual({ field: 'customer_id', value: 'Customer-1', uid });
    expect(await found('anna@')).toEqual({ field: 'email', value: 'Anna@Example.com', uid });
    expect(await found('8972 000 1234')).toEqual({ field: 'phone', value: '+7 (972) 000-12-34', uid });
    expect(await found('"lev anna\n"')).toEqual({ field: 'name', value: 'Anna Maria Levi', uid });
  });

  it.each([
    '+972 (0)52-1234567',
    '+972 (0) 52 123 45 67',
    '00972 (0)52/1234567',
    '+972 052 1234567',
    '052.123.45.67',
    'tel:+972(0)521234567',
    '\u00a0+972\u202f52\u00a0123\u20114567\u00a0',
    '＋９７２（０）５２１２３４５６７',
    '٠٥٢١٢٣٤٥٦٧',
    '۰۵۲-۱۲۳۴۵۶۷',
  ])('finds a number by another spelling of it: %j', async (typed) => {
    const [stored] = await receive(
      { delivery: { phone: '+972521234567' } },
      { delivery: { phone: '+972521234568' } },
      { delivery: { phone: '+972521234560' } },
    );
    expect((await find(typed))[0]).toEqual({ field: 'phone', value: '+972521234567', uid: stored });
  });

  it.each(['+44 20 7946 0958', '02079460958', '+44 (0) 20 7946 0958', '0044 (0)20-7946.0958'])(
    'finds a number that is stored with the zero that is not dialled from abroad: %j',
    async (typed) => {
      const [stored] = await receive({ delivery: { phone: '+44 (0) 20 7946 0958' } });
      expect(await uids(typed)).toEqual([stored]);
    },
  );

  it.each([
    ['order_uid', '「UID-7OF」'],
    ['order_uid', '\ufeffuid-7\u200bOf\r\nother\t'],
    ['track_number', '„tRaCk-77x”,'],
    ['track_number', 'track-77\nxy'],
    ['email', 'Ann Levi <ANN@example.com>'],
  ])('finds an order by what is pasted with something around it or in it: %s by %j', async (field, typed) => {
    const [uid] = await receive({
      order_uid: 'Uid-7ofOther',
      track_number: 'Track-77XY',
      delivery: { email: 'ann@example.com' },
    });
    expect((await find(typed))[0]).toMatchObject({ field, uid });
  });

  it('finds an order by the track number of each of its parcels, and shows that one', async () => {
    const [item] = (sampleOrder() as unknown as Order).items;
    const tracks = ['Post-1', 'Post-1', 'Courier-77', 'POST-2', 'p3-more', 'p4-more', 'p5-more', 'p6-more'];
    const items = tracks.map((track_number) => ({ ...item!, track_number }));
    const [uid] = await receive({ order_uid: 'parcels', track_number: 'Post-1', items });
    const found = async (typed: string): Promise<unknown> => (await find(typed))[0];
    expect(await found('courier-77')).toEqual({ field: 'track_number', value: 'Courier-77', uid });
    expect(await found('post-2')).toEqual({ field: 'track_number', value: 'POST-2', uid });
    expect(await found('POST')).toEqual({ field: 'track_number', value: 'Post-1', uid });
    expect(await found('p5-more')).toMatchObject({ value: 'p5-more' });
    // There is an end to it.
    expect(await found('p6-more')).toBeUndefined();
    await receive({ order_uid: 'parcels', track_number: 'Post-1' });
    expect(await found('courier-77')).toBeUndefined();
  });

  it('shows of an order what the list shows of it', async () => {
    await receive({ order_uid: 'summary-1' });
    const { hits } = await search.find(questionOf('summary-1')!);
    expect(JSON.parse(hits[0]!.summary)).toMatchObject({
      order_uid: 'summary-1',
      status: 'received',
      payment_status: 'unpaid',
      shipment_status: 'none',
      version: 1,
      items: 1,
    });
  });

  it('has what was typed as a whole first, then what begins so, each newest first', async () => {
    const [begunOld, exactOld, begunNew, exactNew] = await receive(
      { track_number: 'trackAB' },
      { track_number: 'tracka' },
      { track_number: 'TrackAC' },
      { track_number: 'TRACKA' },
    );
    expect(await uids('trackA')).toEqual([exactNew, exactOld, begunNew, begunOld]);
  });

  it('has the fields in their order, and each order once', async () => {
    const [byName, byEmail, byCustomer] = await receive(
      { delivery: { name: 'Marta Nowak' } },
      { delivery: { email: 'martagreen@example.com' } },
      { customer_id: 'marta-1', delivery: { name: 'Marta Nowak', email: 'marta.n@example.com' } },
    );
    expect(await find('marta')).toEqual([
      { field: 'customer_id', value: 'marta-1', uid: byCustomer },
      { field: 'email', value: 'martagreen@example.com', uid: byEmail },
      { field: 'name', value: 'Marta Nowak', uid: byName },
    ]);
  });

  it('leaves room for each field, when one alone would fill all places', async () => {
    await receive(...Array.from({ length: 30 }, (_, n) => ({ customer_id: `olga-${n}` })));
    const named = await receive(
      { delivery: { name: 'Olga Petrova' } },
      { delivery: { name: 'Olga Ivanova' } },
    );
    const found = await find('olga');
    expect(found).toHaveLength(20);
    expect(found.slice(-2).map(({ uid }) => uid)).toEqual(named.toReversed());
  });

  it.each([20, 21])('says whether there are more than 20: of %i', async (orders) => {
    await receive(...Array.from({ length: orders }, () => ({ track_number: 'many' })));
    const { hits, areMore } = await search.find(questionOf('many')!);
    expect(hits).toHaveLength(20);
    expect(areMore).toBe(orders > 20);
  });

  it('finds a replaced order by what it has now alone', async () => {
    const old = {
      track_number: 'oldtrack',
      delivery: { name: 'Old Name', email: 'old@x.org', phone: '1234567' },
    };
    const now = {
      track_number: 'newtrack',
      delivery: { name: 'New Name', email: 'new@x.org', phone: '7654321' },
    };
    const [uid] = await receive({ order_uid: 'replaced-1', ...old });
    await receive({ order_uid: 'replaced-1', ...now }, { order_uid: 'replaced-2', ...old });
    await receive({ order_uid: 'replaced-2', ...now });
    for (const typed of ['oldtrack', 'old name', 'old@x.org', '1234567'])
      expect(await uids(typed)).toEqual([]);
    // When they were received first decides, not when they were replaced.
    for (const typed of ['newtrack', 'name new', 'new@x.org', '7654321']) {
      expect(await uids(typed)).toEqual(['replaced-2', uid]);
    }
  });

  it('shows no order by terms of a content that was replaced while nobody kept terms', async () => {
    await receive({ order_uid: 'stale-1', track_number: 'before' });
    await house.rows(`UPDATE orders SET track_number = 'after' WHERE order_uid = 'stale-1'`);
    expect(await uids('before')).toEqual([]);
  });

  it.each([
    ['a wildcard of LIKE', 'an%a'],
    ['another wildcard', 'an_a'],
    ['a backslash', 'ann\\'],
    ['quotes of SQL', `ann'; DROP TABLE orders; --`],
    ['the last character there is', 'ann\u{10ffff}'],
    ['half of a character', 'ann\ud83d'],
    ['marks without letters', `ann${'\u0301'.repeat(100)}x`],
    ['more words than any name has', 'a b c d e f g h i j k l m n'],
    ['a letter that is 18 letters', 'ﷺ'.repeat(150)],
  ])('is not led astray by %s', async (_what, typed) => {
    await receive({
      track_number: 'anna',
      customer_id: 'anna',
      delivery: { email: 'anna@x.org' },
    });
    expect(await uids(typed)).toEqual([]);
    expect(await uids('anna')).toHaveLength(1);
  });

  it('finds an order whose texts are as long and as strange as they may be', async () => {
    const name = `Zoë ${'Ω😀 '.repeat(20_000)}`;
    const email = `${'q'.repeat(60)}@${'long.'.repeat(30)}example.com`;
    const [uid] = await receive({ customer_id: `x${'\u{1f600}'.repeat(254)}`, delivery: { name, email } });
    expect(await uids('zoe')).toEqual([uid]);
    expect(await uids('q'.repeat(60))).toEqual([uid]);
    expect(await uids(`x${'\u{1f600}'.repeat(100)}`)).toEqual([uid]);
    expect(await uids(`xy${'\u{1f600}'.repeat(100)}`)).toEqual([]);
  });
});
