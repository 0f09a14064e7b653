import type { Counter } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unregisteredMetrics } from '../../../test/support/messaging-metrics.js';
import { newDeadLetters } from '../../../test/support/new-dead-letters.js';
import { receivedEvent, refusal } from '../../../test/support/refused-events.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import type { ReceivedEvent, RefusedEvent } from '../messaging/received-event.js';
import { Topics } from '../messaging/topics.js';
import type { DeadLetters } from './dead-letters.js';

let house: WaybillDatabase;
let deadLetters: DeadLetters;
let counted: Counter<'topic'>;

beforeAll(async () => {
  house = await openWaybillDatabase();
  const metrics = unregisteredMetrics();
  counted = metrics.deadLetters;
  const topics = new Topics([
    {
      context: 'orders',
      isMain: true,
      own: { orders: 'shop.orders', 'orders.dead-letter': 'shop.refused' },
      consumes: ['orders'],
    },
  ]);
  deadLetters = newDeadLetters(house.database, { topics, metrics });
});

afterAll(() => house.drop());

const append = (...letters: RefusedEvent[]): Promise<void> =>
  house.database.transaction((tx) => deadLetters.append(tx, letters));

const rowsOf = ({ offset }: ReceivedEvent): Promise<Record<string, unknown>[]> =>
  house.rows('SELECT * FROM dead_letters WHERE "offset" = $1', [offset]);

const copiesOf = ({ offset }: ReceivedEvent): Promise<Record<string, unknown>[]> =>
  house.rows(`SELECT * FROM outbox WHERE headers->>'origin_offset' = $1`, [String(offset)]);

describe('a refused event', () => {
  it('is kept with its origin, its reason and its bytes, and a copy of it is sent', async () => {
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    const one = receivedEvent({
      key: everyByte,
      value: everyByte,
      headers: [
        { name: 'trace', value: everyByte },
        { name: 'empty', value: Buffer.alloc(0) },
      ],
    });
    await append(refusal(one, 'payment.amount must be a whole number'));
    expect(await rowsOf(one)).toMatchObject([
      {
        topic: 'shop.orders',
        partition: 2,
        event_time: new Date(one.timestampMs),
        key: everyByte,
        value: everyByte,
        headers: { trace: everyByte.toString('base64'), empty: '' },
        reason: 'payment.amount must be a whole number',
        attempts: 3,
      },
    ]);
    expect(await copiesOf(one)).toMatchObject([
      {
        topic: 'shop.refused',
        aggregateid: `shop.orders/2/${one.offset}`,
        payload: everyByte,
        headers: {
          origin_topic: 'shop.orders',
          origin_partition: '2',
          origin_time: '2025-11-21T11:02:29.123Z',
          origin_timestamp: '1763722949123',
          error: 'payment.amount must be a whole number',
          attempts: '3',
        },
      },
    ]);
  });

  it.each([
    [null, null],
    [Buffer.alloc(0), Buffer.alloc(0)],
  ])('may have the key %o and the value %o', async (key, value) => {
    const one = receivedEvent({ key, value });
    await append(refusal(one));
    expect(await rowsOf(one)).toMatchObject([{ key, value }]);
  });

  it('is kept once when it is delivered again, and sent once', async () => {
    const [one, other] = [receivedEvent(), receivedEvent()];
    await append(refusal(one));
    await append(refusal(one, 'another reason'), refusal(other));
    expect(await rowsOf(one)).toMatchObject([{ reason: 'must be JSON' }]);
    expect(await copiesOf(one)).toHaveLength(1);
    expect(await copiesOf(other)).toHaveLength(1);
  });

  it('is kept once also when two consumers refuse it at the same time', async () => {
    const one = receivedEvent();
    await Promise.all(Array.from({ length: 8 }, () => append(refusal(one))));
    expect(await rowsOf(one)).toHaveLength(1);
    expect(await copiesOf(one)).toHaveLength(1);
  });

  it('is another one when its topic was made anew: the same offset, another time', async () => {
    const one = receivedEvent();
    await append(refusal(one));
    await append(refusal({ ...one, timestampMs: one.timestampMs + 1 }));
    expect(await rowsOf(one)).toHaveLength(2);
    expect(await copiesOf(one)).toHaveLength(2);
  });

  it('is kept whatever stands in its reason and in the names of its headers', async () => {
    const headers = [
      { name: 'a\0b', value: Buffer.from('x') },
      { name: '__proto__', value: Buffer.from('y') },
    ];
    const one = receivedEvent({ headers });
    await append(refusal(one, `\0 and \uD800 ${'x'.repeat(10_000)}`));
    const [row] = await rowsOf(one);
    expect(row!.reason).toMatch(/^\u2400 and \uFFFD x+$/);
    expect((row!.reason as string).length).toBeLessThanOrEqual(4_000);
    expect(Object.entries(row!.headers as object)).toEqual([
      ['a\u2400b', 'eA=='],
      ['__proto__', 'eQ=='],
    ]);
  });

  it('is not kept when the batch that it came with is rolled back', async () => {
    const one = receivedEvent();
    const rolledBack = house.database.transaction(async (tx) => {
      await deadLetters.append(tx, [refusal(one)]);
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    expect(await rowsOf(one)).toEqual([]);
    expect(await copiesOf(one)).toEqual([]);
  });

  it('is counted once for each time that it is kept', async () => {
    const topic = 'shop.counted';
    const one = receivedEvent({ topic });
    await append(refusal(one));
    await append(refusal(one));
    const { values } = await counted.get();
    expect(values.find(({ labels }) => labels.topic === topic)?.value).toBe(1);
  });
});
