import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fc from 'fast-check';
import { pino } from 'pino';
import { register } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { houseOf } from '../../../test/support/house-of.js';
import { receivedEvent } from '../../../test/support/refused-events.js';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { AppModule } from '../../app.module.js';
import { createHttpAdapter } from '../../platform/http/http-adapter.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { NestLogger } from '../../platform/logging/logger.js';
import {
  type Announcement,
  type Owner,
  OWNERS,
  type ShipmentTold,
  STOCK_OUTCOMES,
  type StockOutcome,
} from '../model/announcement.js';
import { statesOfEtag } from '../model/order-etag.js';
import type { Order } from '../model/order.js';
import { NEXT_STATUSES, type OrderStatus } from '../model/order-life.js';
import {
  type OrderStates,
  PAYMENT_STATUSES,
  type PaymentStatus,
  SHIPMENT_STATUSES,
  type ShipmentStatus,
} from '../model/order-states.js';
import type { StatusEvent } from '../model/status-event.js';
import { orders } from '../orders.module.js';
import { LifeIntake } from './life-intake.js';
import { OrderHistory } from './order-history.js';
import { OrderIntake } from './order-intake.js';
import { OrderLookup } from './order-lookup.js';
import { StatusSubmission } from './status-submission.js';

let house: WaybillDatabase;
let app: NestFastifyApplication;
let intake: OrderIntake;
let life: LifeIntake;
let history: OrderHistory;
let serial = 0;
beforeAll(async () => {
  house = await openWaybillDatabase();
  const log = pino({ level: 'silent' });
  register.clear();
  // The relay is not started, so the outbox shows what has been sent.
  app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(houseOf({}, [orders]), log, house.database),
    createHttpAdapter(log),
    { logger: new NestLogger(log), abortOnError: false },
  );
  await app.init();
  await app.get(Lifecycle).start();
  [intake, life, history] = [OrderIntake, LifeIntake, OrderHistory].map((type) =>
    app.get<unknown>(type, { strict: false }),
  ) as [OrderIntake, LifeIntake, OrderHistory];
});

afterAll(async () => {
  await app.get(Lifecycle).drain();
  await app.get(Lifecycle).close();
  await app.close();
  await house.drop();
});

const freshUid = (): string => `life-${++serial}`;

async function receive(order_uid: string, fields: Partial<Order> = {}): Promise<string> {
  const order = { ...(sampleOrder() as unknown as Order), order_uid, ...fields };
  const [receipt] = await intake.receive([{ order, totalsMatch: true }], [], 'http');
  return receipt!.outcome;
}

const payments = (orderUid: string, number: number, payment_status: PaymentStatus): Announcement => ({
  owner: 'payments',
  orderUid,
  number,
  contentVersion: 1,
  told: {
    payment_status,
    currency: 'USD',
    captured: 1_817,
    refunded: 0,
    charged_back: 0,
    net: 1_817,
    refund_due: null,
    void_due: null,
  },
});

const parcel = (state: string): ShipmentTold['parcels'][number] => ({
  track_number: 'T1',
  state,
  location: 'Minsk',
  occurred_at: '2026-01-01T00:00:00Z',
  estimated_at: null,
});

const tracking = (
  orderUid: string,
  number: number,
  shipment_status: ShipmentStatus,
  state: string,
): Announcement => ({
  owner: 'tracking',
  orderUid,
  number,
  contentVersion: 1,
  told: { shipment_status, parcels: [parcel(state)] },
});

const inventory = (
  orderUid: string,
  number: number,
  outcome: StockOutcome,
  contentVersion = 1,
): Announcement => ({
  owner: 'inventory',
  orderUid,
  number,
  contentVersion,
  told: { outcome, reserved: [{ chrt_id: 9_934_930, quantity: 1 }], missing: [] },
});

const hear = (...announced: Announcement[]): Promise<void> =>
  life.receive(announced[0]!.owner, announced, []);

async function eventsOf(orderUid: string): Promise<StatusEvent[]> {
  const rows = await house.rows<{ payload: Buffer }>(
    'SELECT payload FROM outbox WHERE aggregateid = $1 ORDER BY id',
    [orderUid],
  );
  return rows.map(({ payload }) => JSON.parse(payload.toString()) as StatusEvent);
}

const versionsOf = async (orderUid: string) => (await history.page(orderUid, 0, 100))!.versions;

async function statesOf(orderUid: string): Promise<OrderStates> {
  const { entry } = await app.get(OrderLookup, { strict: false }).find(orderUid);
  return statesOfEtag(entry!.etag)!;
}

describe('what others announce of an order', () => {
  it('moves its states: a version, a row of history and an event each, which tell the same', async () => {
    const uid = freshUid();
    await receive(uid);
    await hear(inventory(uid, 1, 'reserved'));
    await hear(payments(uid, 1, 'authorized'), payments(uid, 2, 'paid'));
    await hear(tracking(uid, 1, 'shipped', 'in_transit'), tracking(uid, 2, 'delivered', 'delivered'));
    const versions = await versionsOf(uid);
    expect(
      versions.map(({ version, change, from, to, source }) => [version, change, from, to, source]),
    ).toEqual([
      [1, 'received', null, 'received', 'api'],
      [2, 'status', 'received', 'confirmed', 'inventory'],
      [3, 'payment_status', 'unpaid', 'authorized', 'payments'],
      [4, 'payment_status', 'authorized', 'paid', 'payments'],
      [5, 'shipment_status', 'none', 'shipped', 'tracking'],
      [6, 'status', 'confirmed', 'shipped', 'tracking'],
      [7, 'shipment_status', 'shipped', 'delivered', 'tracking'],
      [8, 'status', 'shipped', 'delivered', 'tracking'],
    ]);
    expect(versions[7]!.cause).toBe(`tracking:${uid}:2`);
    const events = await eventsOf(uid);
    expect(events.map(({ version, change, previous }) => [version, change, previous])).toEqual(
      versions.map(({ version, change, from }) => [version, change, from]),
    );
    expect(events[5]).toMatchObject({
      status: 'shipped',
      payment_status: 'paid',
      shipment_status: 'shipped',
      content_version: 1,
      items: [{ track_number: 'WBILMTESTTRACK' }],
    });
    expect(await statesOf(uid)).toEqual({
      status: 'delivered',
      payment_status: 'paid',
      shipment_status: 'delivered',
    });
  });

  it('is taken once: what comes again, or has a lower number, changes nothing', async () => {
    const uid = freshUid();
    await receive(uid);
    await hear(payments(uid, 5, 'paid'));
    await hear(payments(uid, 5, 'paid'), payments(uid, 4, 'unpaid'));
    await hear(payments(uid, 4, 'disputed'));
    expect(await versionsOf(uid)).toHaveLength(2);
    expect(await statesOf(uid)).toMatchObject({ payment_status: 'paid' });
  });

  it('of parcels of content that was replaced meanwhile does not keep it from being called off', async () => {
    const uid = freshUid();
    await receive(uid);
    expect(await receive(uid, { locale: 'pl' })).toBe('updated');
    await hear(tracking(uid, 1, 'partially_shipped', 'accepted'));
    await hear(inventory(uid, 1, 'out_of_stock', 2));
    expect(await statesOf(uid)).toMatchObject({ status: 'cancelled', shipment_status: 'none' });
  });

  it('moves the summary without a version where no state differs', async () => {
    const uid = freshUid();
    await receive(uid);
    await hear(tracking(uid, 1, 'shipped', 'accepted'));
    await hear(tracking(uid, 2, 'shipped', 'arrived'));
    const summary = (await history.summary(uid))!;
    expect(summary).toMatchObject({ version: 4, status: 'shipped', next: ['delivered', 'returned'] });
    expect(summary.parcels).toEqual([parcel('arrived')]);
    expect(await eventsOf(uid)).toHaveLength(4);
  });

  it('waits for an order that is not there', async () => {
    const uid = freshUid();
    await hear(payments(uid, 1, 'authorized'), payments(uid, 2, 'paid'));
    await hear(inventory(uid, 1, 'reserved'));
    expect(await history.summary(uid)).toBeUndefined();
    await receive(uid);
    await eventually(async () => {
      expect(await statesOf(uid)).toMatchObject({ status: 'confirmed', payment_status: 'paid' });
    });
    expect(await versionsOf(uid)).toHaveLength(3);
    expect((await house.rows('SELECT FROM order_announcements WHERE waiting')).length).toBe(0);
  });

  it('is found when it was kept while its order was being committed', async () => {
    const uid = freshUid();
    await receive(uid);
    // As if both had looked for each other before either was committed.
    await hear(payments(uid, 1, 'paid'));
    await house.rows(`UPDATE orders SET payment_status = 'unpaid' WHERE order_uid = $1`, [uid]);
    await house.rows(`UPDATE order_announcements SET waiting = true WHERE order_uid = $1`, [uid]);
    await eventually(async () => {
      expect(await history.summary(uid)).toMatchObject({ payment_status: 'paid', version: 3 });
    });
  });

  it('is kept with its dead letters, or not at all', async () => {
    const uid = freshUid();
    await receive(uid);
    const refused = { event: receivedEvent({ topic: 'payment-status' }), reason: 'bad', attempts: 1 };
    await house.rows('ALTER TABLE dead_letters RENAME TO dead_letters_away');
    await expect(life.receive('payments', [payments(uid, 1, 'paid')], [refused])).rejects.toThrow();
    await house.rows('ALTER TABLE dead_letters_away RENAME TO dead_letters');
    expect(await versionsOf(uid)).toHaveLength(1);
    await life.receive('payments', [payments(uid, 1, 'paid')], [refused]);
    expect(await versionsOf(uid)).toHaveLength(2);
  });

  it('renews the answer that is held, with the very same body', async () => {
    const uid = freshUid();
    await receive(uid);
    const lookup = app.get(OrderLookup, { strict: false });
    const before = lookup.peek(uid)!;
    await hear(payments(uid, 1, 'paid'));
    const renewed = lookup.peek(uid)!;
    expect(renewed.version).toBe(2);
    expect(renewed.body).toBe(before.body);
    expect(renewed.etag).not.toBe(before.etag);
  });
});

describe('announcements of all owners, whatever their order, also again, and before the order', () => {
  const NUMBERS = 6;
  const oneForEachNumber = <Told extends string>(all: readonly Told[]) =>
    fc.array(fc.constantFrom(...all), { minLength: NUMBERS, maxLength: NUMBERS });
  const told = fc.record({
    payments: oneForEachNumber(PAYMENT_STATUSES),
    tracking: oneForEachNumber(SHIPMENT_STATUSES),
    inventory: oneForEachNumber(STOCK_OUTCOMES),
  });
  const deliveries = fc.array(
    fc.record({ owner: fc.constantFrom(...OWNERS), number: fc.integer({ min: 1, max: NUMBERS }) }),
    { maxLength: 12 },
  );

  it('leave a history without a gap that walks the table, and what the highest number has told', async () => {
    await fc.assert(
      fc.asyncProperty(told, deliveries, fc.nat(12), async (say, delivered, before) => {
        const uid = freshUid();
        const highest = new Map<Owner, number>();
        for (const [index, { owner, number }] of delivered.entries()) {
          if (index === before) await receive(uid);
          highest.set(owner, Math.max(number, highest.get(owner) ?? 0));
          const state = say.tracking[number - 1]!;
          if (owner === 'payments') await hear(payments(uid, number, say.payments[number - 1]!));
          else if (owner === 'inventory') await hear(inventory(uid, number, say.inventory[number - 1]!));
          else await hear(tracking(uid, number, state, state));
        }
        if (before >= delivered.length) await receive(uid);
        await life.settle([uid]);
        const summary = (await history.summary(uid))!;
        expect(summary.payment_status).toBe(say.payments[highest.get('payments')! - 1] ?? 'unpaid');
        expect(summary.shipment_status).toBe(say.tracking[highest.get('tracking')! - 1] ?? 'none');
        const versions = await versionsOf(uid);
        expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => index + 1));
        const walked = versions.filter(({ change }) => change === 'status' || change === 'received');
        for (const [index, { from, to }] of walked.entries()) {
          if (index > 0) expect(NEXT_STATUSES[from as OrderStatus]).toContain(to);
          expect(from).toBe(walked[index - 1]?.to ?? null);
        }
        expect(walked.at(-1)!.to).toBe(summary.status);
        const events = await eventsOf(uid);
        expect(events.map(({ version, change }) => [version, change])).toEqual(
          versions.map(({ version, change }) => [version, change]),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('new content', () => {
  it('replaces an order that has not moved, keeps its states, and makes answers for the old content void', async () => {
    const uid = freshUid();
    await receive(uid);
    await hear(inventory(uid, 1, 'reserved'));
    expect(await receive(uid, { entry: 'other' })).toBe('updated');
    await hear(inventory(uid, 2, 'out_of_stock', 1));
    expect(await statesOf(uid)).toMatchObject({ status: 'confirmed' });
    await hear(inventory(uid, 3, 'out_of_stock', 3));
    expect(await statesOf(uid)).toMatchObject({ status: 'cancelled' });
    const versions = await versionsOf(uid);
    expect(versions.map(({ change, to, reason }) => [change, to, reason])).toEqual([
      ['received', 'received', null],
      ['status', 'confirmed', null],
      ['content', null, null],
      ['status', 'cancelled', 'out_of_stock'],
    ]);
  });

  it('of an order of which a parcel has moved becomes a dead letter, once, and leaves the order as it is', async () => {
    const uid = freshUid();
    await receive(uid);
    await hear(tracking(uid, 1, 'partially_shipped', 'accepted'));
    const held = await versionsOf(uid);
    const origin = receivedEvent({ topic: 'orders', partition: 7 });
    const order = { ...(sampleOrder() as unknown as Order), order_uid: uid, entry: 'other' };
    const { topic, partition, offset, timestampMs } = origin;
    const source = { stream: `${topic}/${partition}`, offset, timestampMs };
    for (let times = 0; times < 2; times++) {
      const [receipt] = await intake.receive([{ order, totalsMatch: true, source, origin }], [], 'kafka');
      expect(receipt!.outcome).toBe('conflicting');
    }
    expect(await house.rows('SELECT reason FROM dead_letters WHERE partition = 7')).toEqual([
      {
        reason:
          'the order is shipped, with the shipment status partially_shipped: it can get no other content',
      },
    ]);
    expect(await versionsOf(uid)).toEqual(held);
    // The same content again is recognised first.
    expect(await receive(uid)).toBe('unchanged');
  });
});

describe('a status that is asked for', () => {
  const ask = (orderUid: string, status: OrderStates['status'], more = {}) =>
    app.get(StatusSubmission, { strict: false }).submit({ orderUid, status, ...more }, 10);

  it('walks the table, a version each, and is no version when it is held', async () => {
    const uid = freshUid();
    await receive(uid);
    expect(await ask(uid, 'confirmed', { reason: 'by hand' })).toMatchObject({
      outcome: 'moved',
      version: 2,
    });
    expect(await ask(uid, 'confirmed')).toMatchObject({ outcome: 'held', version: 2 });
    expect(await ask(uid, 'packed')).toMatchObject({ outcome: 'moved', version: 3 });
    expect(await ask(uid, 'confirmed')).toMatchObject({ outcome: 'refused', version: 3 });
    expect(await ask('nobody', 'confirmed')).toMatchObject({ outcome: 'absent' });
    const versions = await versionsOf(uid);
    expect(versions[1]).toMatchObject({ source: 'api', reason: 'by hand', cause: null });
  });

  it('is given to one of many who ask at once under the ETag that they have read', async () => {
    const uid = freshUid();
    await receive(uid);
    const { etag } = (await app.get(OrderLookup, { strict: false }).find(uid)).entry!;
    const asked = Array.from({ length: 20 }, (_, n) =>
      ask(uid, n % 2 === 0 ? 'confirmed' : 'cancelled', { ifMatch: [etag] }),
    );
    const outcomes = (await Promise.all(asked)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'moved')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'mismatched')).toHaveLength(19);
    expect(await versionsOf(uid)).toHaveLength(2);
  });

  it('is refused for a cancellation once a parcel has moved', async () => {
    const uid = freshUid();
    await receive(uid);
    await hear(tracking(uid, 1, 'partially_shipped', 'accepted'));
    expect(await ask(uid, 'cancelled')).toMatchObject({ outcome: 'refused' });
  });
});
