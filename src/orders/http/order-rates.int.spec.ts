import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { houseOf } from '../../../test/support/house-of.js';
import { openHttpApp } from '../../../test/support/http-app.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { headersOf } from '../../platform/messaging/event-headers.js';
import type { ReceivedEvent } from '../../platform/messaging/received-event.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { OrderBroadcastConsumer } from '../consumer/order-broadcast.consumer.js';
import { orders } from '../orders.module.js';
import type { Rates } from '../service/order-rates.js';

const BUCKET_MS = 5_000;
/** The middle of a bucket. */
const START_MS = 1_796_000_000_000 + BUCKET_MS / 2;

let house: WaybillDatabase;
let app: NestFastifyApplication;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START_MS });
  house = await openWaybillDatabase();
  app = await openHttpApp(houseOf({}, [orders]), house.database);
  await app.get(Lifecycle).start();
});
afterEach(() => void vi.restoreAllMocks());
afterAll(async () => {
  vi.useRealTimers();
  await app.get(Lifecycle).drain();
  await app.get(Lifecycle).close();
  await app.close();
  await house.drop();
});

const at = (bucket: number): number => START_MS + bucket * BUCKET_MS;

/** The status event of a version, as it is broadcast. */
const event = (version: number, happenedAtMs: number): ReceivedEvent => ({
  context: 'orders',
  topic: 'order-status',
  partition: 0,
  offset: 0,
  timestampMs: happenedAtMs,
  key: null,
  value: Buffer.from('{}'),
  headers: headersOf({ ce_id: `rated:${version}`, ce_time: new Date(happenedAtMs).toISOString() }),
});

const hear = (...events: ReceivedEvent[]): Promise<void> =>
  app.get(OrderBroadcastConsumer, { strict: false }).receive(events);

async function rates(): Promise<Rates> {
  const answer = await app.inject({ url: '/api/rates' });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<Rates>();
}

const letter = (createdAtMs: number): Promise<object[]> =>
  house.rows(
    `INSERT INTO dead_letters (topic, partition, "offset", event_time, headers, reason, attempts, created_at)
     VALUES ('orders', 0, $1, now(), '{}', 'x', 1, to_timestamp($2::float8))`,
    [createdAtMs, createdAtMs / 1_000],
  );

describe('GET /api/rates', () => {
  it('has what was heard and what was refused by its bucket, and null for what nobody heard', async () => {
    await letter(at(-70));
    await letter(at(-60));
    await letter(at(2));
    await letter(at(2) + 1);
    await letter(at(3));
    vi.setSystemTime(at(1));
    await hear(event(1, at(1)), event(2, at(1)));
    vi.setSystemTime(at(2));
    // Told again, long after it came in.
    await hear(event(1, at(-100)));
    vi.setSystemTime(at(3));
    await hear(event(1, at(3)));
    const { until, orders_in, changes_out, dead_letters, ...shape } = await rates();
    expect(shape).toEqual({ bucket_seconds: 5, buckets: 60 });
    expect(Date.parse(until)).toBe(at(3) - BUCKET_MS / 2);
    expect(orders_in).toEqual([...Array.from({ length: 58 }, () => null), 1, 0]);
    expect(changes_out).toEqual([...Array.from({ length: 58 }, () => null), 2, 1]);
    expect(dead_letters).toEqual([...Array.from({ length: 59 }, () => 0), 2]);
  });

  it('counts the letters once a bucket, and does without when the database is away', async () => {
    vi.setSystemTime(at(4));
    const query = vi.spyOn(house.database.source, 'query');
    const [one, other] = await Promise.all([rates(), rates()]);
    expect(one).toEqual(other);
    // The program may have other work in the background.
    expect(query.mock.calls.filter(([sql]) => sql.includes('FROM dead_letters'))).toHaveLength(1);
    vi.setSystemTime(at(5));
    await house.rows('ALTER TABLE dead_letters RENAME TO letters_away');
    const { orders_in, dead_letters } = await rates();
    await house.rows('ALTER TABLE letters_away RENAME TO dead_letters');
    expect(orders_in.slice(-4)).toEqual([1, 0, 1, 0]);
    expect(dead_letters).toEqual(Array.from({ length: 60 }, () => null));
  });

  it('knows nothing of the time in which events may have been missed', async () => {
    vi.setSystemTime(at(6));
    await hear(event(1, at(6)));
    vi.setSystemTime(at(8));
    await hear();
    vi.setSystemTime(at(10));
    expect((await rates()).changes_out.slice(-5)).toEqual([0, null, null, null, 0]);
  });
});
