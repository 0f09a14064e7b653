import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { inventory } from '../inventory.module.js';
import { OrderLife, TestInventory } from './inventory.fixture.js';

const [SHIRT, SHOES, NOBODYS] = [9_934_930, 12, 404];
const ROUNDS = 20;
const WRITERS = 50;

let house: WaybillDatabase;
let shop: TestInventory;
let serial = 0;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [inventory] });
  shop = new TestInventory(house);
});
beforeEach(() => shop.clear());
afterAll(() => house.drop());

const anOrder = (): OrderLife => new OrderLife(`order-${++serial}`);
const expectAllAddsUp = async (): Promise<void> =>
  expect(await shop.verify()).toMatchObject({
    exitCode: 0,
    text: expect.stringContaining('all adds up') as unknown,
  });

describe('an order that comes in', () => {
  it('reserves one piece a line, lines of one thing summed, and says so', async () => {
    await shop.count(SHIRT, 5);
    await shop.count(SHOES, 1);
    const order = anOrder();
    await shop.receive(order.wants(SHIRT, SHOES, SHIRT));
    expect(await shop.figures(SHIRT, SHOES)).toEqual([
      [5, 2],
      [1, 1],
    ]);
    expect(await shop.announced()).toEqual([
      {
        order_uid: order.orderUid,
        number: 1,
        outcome: 'reserved',
        content_version: 1,
        reserved: [
          { chrt_id: SHOES, quantity: 1 },
          { chrt_id: SHIRT, quantity: 2 },
        ],
        missing: [],
        occurred_at: expect.stringMatching(/Z$/) as unknown,
        cause: `${order.orderUid}:1`,
      },
    ]);
    await expectAllAddsUp();
  });

  it('reserves all or nothing, and names what there is too little of', async () => {
    await shop.count(SHIRT, 1);
    await shop.count(SHOES, 5);
    const order = anOrder();
    await shop.receive(order.wants(SHOES, SHIRT, SHIRT));
    expect(await shop.figures(SHIRT, SHOES)).toEqual([
      [1, 0],
      [5, 0],
    ]);
    expect(await shop.announced()).toMatchObject([
      { outcome: 'out_of_stock', missing: [SHIRT], reserved: [] },
    ]);
  });

  it('is not counted for what nobody has registered', async () => {
    await shop.count(SHIRT, 1);
    const [one, other] = [anOrder(), anOrder()];
    await shop.receive(one.wants(NOBODYS, SHIRT), other.wants(NOBODYS));
    expect(await shop.announced()).toMatchObject([
      { outcome: 'reserved', reserved: [{ chrt_id: SHIRT, quantity: 1 }] },
      { outcome: 'reserved', reserved: [] },
    ]);
  });

  it('comes again, alone or with its whole batch, and changes nothing', async () => {
    await shop.count(SHIRT, 5);
    const order = anOrder();
    const events = [order.wants(SHIRT), order.becomes('confirmed'), order.paymentBecomes('paid')];
    await shop.receive(...events, ...events);
    await shop.receive(events[0]!);
    await shop.receive(...events);
    expect(await shop.figures(SHIRT)).toEqual([[5, 1]]);
    expect(await shop.outcomes(order.orderUid)).toEqual(['reserved']);
  });

  it('is served in the order of the events, also within one batch', async () => {
    await shop.count(SHIRT, 2);
    const orders = [anOrder(), anOrder(), anOrder()];
    await shop.receive(...orders.map((order) => order.wants(SHIRT)));
    expect((await shop.announced()).map(({ outcome }) => outcome)).toEqual([
      'reserved',
      'reserved',
      'out_of_stock',
    ]);
  });
});

describe('an order that is edited', () => {
  it('swaps its reservation, for which its own pieces count as free', async () => {
    await shop.count(SHIRT, 2);
    await shop.count(SHOES, 1);
    const order = anOrder();
    await shop.receive(order.wants(SHIRT, SHOES));
    await shop.receive(order.wants(SHIRT, SHIRT));
    expect(await shop.figures(SHIRT, SHOES)).toEqual([
      [2, 2],
      [1, 0],
    ]);
    expect(await shop.announced()).toMatchObject([
      { content_version: 1 },
      { number: 2, outcome: 'reserved', content_version: 2, reserved: [{ chrt_id: SHIRT, quantity: 2 }] },
    ]);
    await expectAllAddsUp();
  });

  it('keeps what it has until the new content can be had, and gives it up when it is cancelled for that', async () => {
    await shop.count(SHIRT, 1);
    await shop.count(SHOES, 0);
    const order = anOrder();
    await shop.receive(order.wants(SHIRT));
    await shop.receive(order.wants(SHOES));
    expect(await shop.figures(SHIRT)).toEqual([[1, 1]]);
    expect((await shop.announced()).at(-1)).toMatchObject({
      outcome: 'out_of_stock',
      content_version: 2,
      missing: [SHOES],
      reserved: [{ chrt_id: SHIRT, quantity: 1 }],
    });
    await expectAllAddsUp();
    await shop.receive(order.becomes('cancelled'));
    expect(await shop.figures(SHIRT)).toEqual([[1, 0]]);
    expect((await shop.announced()).at(-1)).toMatchObject({
      outcome: 'released',
      missing: [SHOES],
      reserved: [],
    });
    await expectAllAddsUp();
  });
});

describe('an order that goes its way', () => {
  it('takes its pieces out when it ships, and brings them back when it returns', async () => {
    await shop.count(SHIRT, 3);
    const order = anOrder();
    await shop.receive(order.wants(SHIRT, SHIRT), order.becomes('confirmed'), order.becomes('packed'));
    await shop.receive(order.becomes('shipped'), order.becomes('delivered'));
    expect(await shop.figures(SHIRT)).toEqual([[1, 0]]);
    await expectAllAddsUp();
    await shop.receive(order.becomes('returned'));
    expect(await shop.figures(SHIRT)).toEqual([[3, 0]]);
    expect(await shop.outcomes(order.orderUid)).toEqual(['reserved', 'taken', 'returned']);
    await expectAllAddsUp();
  });

  it('does so within one batch, and where a step was never heard of', async () => {
    await shop.count(SHIRT, 3);
    const [one, other] = [anOrder(), anOrder()];
    await shop.receive(
      one.wants(SHIRT),
      one.becomes('shipped'),
      other.wants(SHIRT),
      other.becomes('returned'),
    );
    expect(await shop.figures(SHIRT)).toEqual([[2, 0]]);
    expect(await shop.outcomes(other.orderUid)).toEqual(['reserved', 'returned']);
    await expectAllAddsUp();
  });

  it('holds nothing where it is heard of only then, and says nothing', async () => {
    await shop.count(SHIRT, 3);
    const order = anOrder();
    order.wants(SHIRT);
    await shop.receive(order.becomes('shipped'));
    await shop.receive(order.becomes('returned'));
    expect(await shop.figures(SHIRT)).toEqual([[3, 0]]);
    expect(await shop.announced()).toEqual([]);
    await expectAllAddsUp();
  });

  it('says nothing when it is cancelled without a reservation', async () => {
    await shop.count(SHIRT, 0);
    const order = anOrder();
    await shop.receive(order.wants(SHIRT));
    await shop.receive(order.becomes('cancelled'));
    expect(await shop.outcomes(order.orderUid)).toEqual(['out_of_stock']);
  });
});

describe('what many want at once', () => {
  it(`is had by as many as there is of it: ${WRITERS} writers, the last 10 pieces, ${ROUNDS} times`, async () => {
    for (let round = 1; round <= ROUNDS; round++) {
      await shop.count(round, 10);
      const orders = Array.from({ length: WRITERS }, anOrder);
      await Promise.all(orders.map((order) => shop.receive(order.wants(round))));
      const outcomes = await Promise.all(orders.map(({ orderUid }) => shop.outcomes(orderUid)));
      expect(outcomes.filter(([outcome]) => outcome === 'reserved')).toHaveLength(10);
      expect(outcomes.filter(([outcome]) => outcome === 'out_of_stock')).toHaveLength(WRITERS - 10);
      expect(await shop.figures(round)).toEqual([[10, 10]]);
    }
    await expectAllAddsUp();
  });

  it('deadlocks nobody, in whatever order their lines are, and while it is counted', async () => {
    const things = [1, 2, 3, 4, 5, 6];
    const shuffled = (seed: number): number[] =>
      [...things].sort((one, other) => ((one * seed) % 7) - ((other * seed) % 7));
    for (const thing of things) await shop.count(thing, 1_000);
    await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const orders = shuffled((n % 6) + 1).map((thing) => anOrder().wants(thing, things[n % 6]!));
        await shop.receive(...orders);
        await shop.change({ kind: 'adjustment', chrtId: things[n % 6]!, delta: 1, reason: 'found' });
      }),
    );
    const figures = await shop.figures(...things);
    expect(figures.map(([onHand]) => onHand)).toEqual(things.map(() => 1_010));
    expect(figures.reduce((sum, [, reserved]) => sum + reserved, 0)).toBe(60 * 6 * 2);
    await expectAllAddsUp();
  });
});
