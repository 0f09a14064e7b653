import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { inventory } from '../inventory.module.js';
import type { OrderEvent } from '../model/order-event.js';
import { OrderLife, TestInventory } from './inventory.fixture.js';

const THINGS = [1, 2, 3];
const ORDERS = 4;
const RUNS = 20;

let house: WaybillDatabase;
let shop: TestInventory;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [inventory] });
  shop = new TestInventory(house);
});
afterAll(() => house.drop());

type Pieces = Map<number, number>;

interface ModelOrder {
  version: number;
  content: number;
  held: Pieces;
  gone: Pieces;
  isClosed: boolean;
  said: string | undefined;
}

/** The rules of stock as one would tell them, an event at a time, with nothing of how the program does it. */
class Model {
  readonly onHand: Pieces = new Map();
  readonly orders = new Map<string, ModelOrder>();

  reserved(thing: number): number {
    return [...this.orders.values()].reduce((sum, { held }) => sum + (held.get(thing) ?? 0), 0);
  }

  count(thing: number, pieces: number): void {
    if (pieces >= this.reserved(thing)) this.onHand.set(thing, pieces);
  }

  adjust(thing: number, delta: number): void {
    const before = this.onHand.get(thing);
    if (before !== undefined) this.count(thing, before + delta);
  }

  take(event: OrderEvent): void {
    const order = this.orders.get(event.order_uid) ?? {
      version: 0,
      content: 0,
      held: new Map<number, number>(),
      gone: new Map<number, number>(),
      isClosed: false,
      said: undefined,
    };
    this.orders.set(event.order_uid, order);
    if (event.version <= order.version) return;
    order.version = event.version;
    if (['received', 'confirmed', 'packed'].includes(event.status)) {
      if (!order.isClosed && event.content_version > order.content) this.weigh(order, event);
      return;
    }
    order.isClosed = true;
    const had = order.held.size > 0;
    if (event.status !== 'cancelled') this.ship(order);
    order.held = new Map();
    if (event.status === 'cancelled' && had) order.said = 'released';
    if (event.status === 'returned') this.bringBack(order);
  }

  private weigh(order: ModelOrder, { content_version, items }: OrderEvent): void {
    order.content = content_version;
    const wanted: Pieces = new Map();
    for (const { chrt_id } of items) {
      if (this.onHand.has(chrt_id)) wanted.set(chrt_id, (wanted.get(chrt_id) ?? 0) + 1);
    }
    const fits = [...wanted].every(
      ([thing, pieces]) =>
        this.onHand.get(thing)! - this.reserved(thing) + (order.held.get(thing) ?? 0) >= pieces,
    );
    order.said = fits ? 'reserved' : 'out_of_stock';
    if (fits) order.held = wanted;
  }

  private ship(order: ModelOrder): void {
    if (order.held.size === 0) return;
    for (const [thing, pieces] of order.held) this.onHand.set(thing, this.onHand.get(thing)! - pieces);
    order.gone = order.held;
    order.said = 'taken';
  }

  private bringBack(order: ModelOrder): void {
    if (order.gone.size === 0) return;
    for (const [thing, pieces] of order.gone) this.onHand.set(thing, this.onHand.get(thing)! + pieces);
    order.gone = new Map();
    order.said = 'returned';
  }
}

/** Orders as their owner tells of them: each event follows from the one before. */
class Lives {
  private readonly lives = Array.from({ length: ORDERS }, (_, n) => new OrderLife(`order-${n}`));
  private readonly statuses = this.lives.map(() => 'new');
  private readonly told: OrderEvent[] = [];

  /** Undefined where the order cannot take that step. */
  step(order: number, step: string, things: readonly number[]): OrderEvent | undefined {
    const status = this.statuses[order]!;
    const isOpen = ['received', 'confirmed', 'packed'].includes(status);
    if (step === 'wants') return status === 'new' || isOpen ? this.tell(order, this.lives[order]!.wants(...things), status === 'new' ? 'received' : status) : undefined; // prettier-ignore
    if (step === 'pays') return isOpen ? this.tell(order, this.lives[order]!.paymentBecomes('paid'), status) : undefined; // prettier-ignore
    const from: Record<string, string[]> = {
      confirmed: ['received'],
      packed: ['confirmed'],
      shipped: ['confirmed', 'packed'],
      delivered: ['shipped'],
      cancelled: ['received', 'confirmed', 'packed'],
      returned: ['shipped', 'delivered'],
    };
    if (!from[step]!.includes(status)) return undefined;
    return this.tell(order, this.lives[order]!.becomes(step as OrderEvent['status']), step);
  }

  /** Any of those that were told before. */
  again(place: number): OrderEvent | undefined {
    return this.told[place % Math.max(1, this.told.length)];
  }

  private tell(order: number, event: OrderEvent, status: string): OrderEvent {
    this.statuses[order] = status;
    this.told.push(event);
    return event;
  }
}

const aThing = fc.constantFrom(...THINGS);
const aStep = fc.record({
  order: fc.nat(ORDERS - 1),
  step: fc.constantFrom('wants', 'wants', 'wants', 'pays', 'confirmed', 'packed', 'shipped', 'delivered', 'cancelled', 'returned'), // prettier-ignore
  things: fc.array(aThing, { minLength: 1, maxLength: 4 }),
  /** Whether something that was told before comes again ahead of it. */
  again: fc.option(fc.nat(30)),
});
const aCommand = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('count'), thing: aThing, pieces: fc.nat(6) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('adjust'),
      thing: aThing,
      pieces: fc.integer({ min: -3, max: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('events'), steps: fc.array(aStep, { maxLength: 8 }) }),
  },
);

it('stock, and what is said of orders, is as a simple model has it, whatever comes in which batch, late or twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aCommand, { minLength: 5, maxLength: 25 }), async (commands) => {
      await shop.clear();
      const model = new Model();
      const lives = new Lives();
      for (const command of commands) {
        if ('thing' in command) {
          const { kind, thing, pieces } = command;
          if (kind === 'count') {
            model.count(thing, pieces);
            await shop.count(thing, pieces);
          } else if (pieces !== 0) {
            model.adjust(thing, pieces);
            await shop.change({ kind: 'adjustment', chrtId: thing, delta: pieces, reason: 'any' });
          }
          continue;
        }
        const events = command.steps.flatMap(({ order, step, things, again }) => [
          ...(again === null ? [] : [lives.again(again)]),
          lives.step(order, step, things),
        ]);
        const batch = events.filter((event) => event !== undefined);
        for (const event of batch) model.take(event);
        if (batch.length > 0) await shop.receive(...batch);
      }
      const registered = [...model.onHand.keys()].sort();
      expect(await shop.figures(...registered)).toEqual(
        registered.map((thing) => [model.onHand.get(thing), model.reserved(thing)]),
      );
      for (const [orderUid, { said }] of model.orders) {
        const announced = await shop.announced(orderUid);
        expect(announced.at(-1)?.outcome).toBe(said);
        expect(announced.map(({ number }) => number)).toEqual(announced.map((_, place) => place + 1));
      }
      expect(await shop.verify()).toMatchObject({ exitCode: 0 });
    }),
    { numRuns: RUNS },
  );
});
