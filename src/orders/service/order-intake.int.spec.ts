import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { register } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrder } from '../../../test/support/sample-order.js';
import { houseOf } from '../../../test/support/house-of.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { AppModule } from '../../app.module.js';
import { createHttpAdapter } from '../../platform/http/http-adapter.js';
import { NestLogger } from '../../platform/logging/logger.js';
import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import type { Order } from '../model/order.js';
import type { StatusEvent } from '../model/status-event.js';
import { orders } from '../orders.module.js';
import type { IncomingOrder } from './incoming-order.js';
import { OrderIntake } from './order-intake.js';
import { OrderLookup } from './order-lookup.js';

let house: WaybillDatabase;
let app: NestFastifyApplication;
let intake: OrderIntake;
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
  intake = app.get(OrderIntake, { strict: false });
});

afterAll(async () => {
  await app.close();
  await house.drop();
});

const freshUid = (): string => `intake-${++serial}`;

function incoming(order_uid: string, fields: Partial<Order> = {}, offset?: number): IncomingOrder {
  const order = { ...(sampleOrder() as unknown as Order), order_uid, ...fields };
  const source =
    offset === undefined
      ? undefined
      : { stream: 'orders/0', offset, timestampMs: 1_700_000_000_000 + offset };
  return { order, totalsMatch: true, source };
}

function refusedEvent(offset: number): RefusedEvent {
  const event = {
    context: 'orders',
    topic: 'orders',
    partition: 0,
    offset,
    timestampMs: Date.now(),
    key: null,
    value: Buffer.from('no order'),
    headers: [],
  };
  return { event, reason: 'must be JSON', attempts: 1 };
}

interface OutboxRow {
  topic: string;
  aggregateid: string;
  type: string;
  headers: Record<string, string>;
  payload: Buffer;
}

const outboxOf = (orderUid: string): Promise<OutboxRow[]> =>
  house.rows('SELECT * FROM outbox WHERE aggregateid = $1 ORDER BY id', [orderUid]);

it('sends one status event for each version of an order, in their order', async () => {
  const uid = freshUid();
  const receipts = await intake.receive(
    [
      incoming(uid, { entry: 'a' }, 1),
      incoming(uid, { entry: 'b' }, 2),
      incoming(uid, { entry: 'b' }, 3),
      incoming(uid, { entry: 'c' }, 4),
    ],
    [],
    'kafka',
  );
  expect(receipts.map(({ outcome, version }) => [outcome, version])).toEqual([
    ['stored', 1],
    ['updated', 2],
    ['unchanged', 2],
    ['updated', 3],
  ]);
  const events = await outboxOf(uid);
  expect(events.map(({ headers }) => [headers['ce_id'], headers['ce_type']])).toEqual([
    [`${uid}:1`, 'waybill.order.received'],
    [`${uid}:2`, 'waybill.order.content'],
    [`${uid}:3`, 'waybill.order.content'],
  ]);
  const values = events.map(({ payload }) => JSON.parse(payload.toString()) as StatusEvent);
  expect(
    values.map(({ version, change, content_version, status }) => [version, change, content_version, status]),
  ).toEqual([
    [1, 'received', 1, 'received'],
    [2, 'content', 2, 'received'],
    [3, 'content', 3, 'received'],
  ]);
});

it('sends nothing for an order that is unchanged or was delivered again', async () => {
  const uid = freshUid();
  await intake.receive([incoming(uid, { entry: 'a' }, 1), incoming(uid, { entry: 'b' }, 2)], [], 'kafka');
  await intake.receive([incoming(uid, { entry: 'b' }, 2)], [], 'kafka');
  await intake.receive([incoming(uid, { entry: 'a' }, 1)], [], 'kafka');
  expect(await outboxOf(uid)).toHaveLength(2);
});

it('writes the orders, their events and the dead letters of a batch together or not at all', async () => {
  const uid = freshUid();
  await house.rows('ALTER TABLE dead_letters RENAME TO dead_letters_away');
  const failed = intake.receive([incoming(uid)], [refusedEvent(7)], 'kafka');
  await expect(failed).rejects.toThrow();
  await house.rows('ALTER TABLE dead_letters_away RENAME TO dead_letters');
  expect(await house.rows('SELECT 1 FROM orders WHERE order_uid = $1', [uid])).toEqual([]);
  expect(await outboxOf(uid)).toEqual([]);
  const lookup = app.get(OrderLookup, { strict: false });
  expect(lookup.peek(uid)).toBeUndefined();

  await intake.receive([incoming(uid)], [refusedEvent(7)], 'kafka');
  expect(lookup.peek(uid)).toMatchObject({ version: 1 });
  expect(await outboxOf(uid)).toHaveLength(1);
  expect(await house.rows('SELECT reason FROM dead_letters')).toEqual([{ reason: 'must be JSON' }]);
});

it('answers with what is fresh as soon as it is committed', async () => {
  const uid = freshUid();
  const lookup = app.get(OrderLookup, { strict: false });
  await intake.receive([incoming(uid, { entry: 'a' }), incoming(uid, { entry: 'b' })], [], 'http');
  const held = lookup.peek(uid);
  expect(held).toMatchObject({ version: 2 });
  expect(JSON.parse(held!.body.toString())).toMatchObject({ entry: 'b' });
});

describe('the cache, after an order of the topic was stored', () => {
  const sentMsAgo = (uid: string, ageMs: number, fields: Partial<Order> = {}): IncomingOrder => ({
    ...incoming(uid, fields),
    source: { stream: 'orders/1', offset: ++serial, timestampMs: Date.now() - ageMs },
  });
  const held = (uid: string): number | undefined =>
    app.get(OrderLookup, { strict: false }).peek(uid)?.version;

  it('holds it when it has just been sent', async () => {
    const uid = freshUid();
    await intake.receive([sentMsAgo(uid, 0)], [], 'kafka');
    expect(held(uid)).toBe(1);
  });

  it('does not take in a backlog, and holds nothing that the backlog has replaced', async () => {
    const [replaced, unseen] = [freshUid(), freshUid()];
    await intake.receive([sentMsAgo(replaced, 0)], [], 'kafka');
    const backlog = [sentMsAgo(replaced, 60_000, { entry: 'later' }), sentMsAgo(unseen, 60_000)];
    await intake.receive(backlog, [], 'kafka');
    expect([held(replaced), held(unseen)]).toEqual([undefined, undefined]);
    const { entry } = await app.get(OrderLookup, { strict: false }).find(replaced);
    expect(entry?.version).toBe(2);
  });
});
