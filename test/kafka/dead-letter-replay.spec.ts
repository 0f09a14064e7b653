import type { KafkaMessage } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { sampleEvents } from '../support/sample-order.js';
import { useTier } from '../support/tiers.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import {
  createPipeline,
  getOrder,
  headersOf,
  type Pipeline,
  type TopicTap,
} from './order-pipeline.harness.js';

const kafka = useTier('kafka');
const LONG = { timeoutMs: 60_000 };

interface Letter {
  id: number;
  state: string;
  attempts: number;
  replays: number;
  failures: { offset: number }[];
}

async function lettersOf(program: WaybillProcess): Promise<Letter[]> {
  return (await (await fetch(`${program.url}/api/dead-letters`)).json()) as Letter[];
}

async function letterOf(program: WaybillProcess, id: number): Promise<Letter> {
  return (await (await fetch(`${program.url}/api/dead-letters/${id}`)).json()) as Letter;
}

async function replay(program: WaybillProcess, id: number): Promise<void> {
  const answer = await fetch(`${program.url}/api/dead-letters/${id}/replay`, { method: 'POST' });
  expect(answer.status).toBe(202);
}

describe.skipIf(kafka.skipped)('a dead letter from Kafka', () => {
  let pipeline: Pipeline;

  afterEach(() => pipeline.close());

  /** The records of the topic of orders, once there are so many. */
  async function recordsOf(tap: TopicTap, count: number): Promise<KafkaMessage[]> {
    await eventually(async () => expect(await tap.caughtUp()).toHaveLength(count), LONG);
    return tap.records;
  }

  it('is replayed to the byte, and is the same letter when it fails again', async () => {
    pipeline = await createPipeline(kafka.brokers);
    const program = await pipeline.start();
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    const headers = { trace: everyByte, text: 'ż', empty: '' };
    await pipeline.send([
      { key: everyByte, value: everyByte, headers },
      { key: null, value: null },
    ]);
    const [tombstone, poison] = await eventually(async () => {
      const letters = await lettersOf(program);
      expect(letters).toHaveLength(2);
      return letters;
    }, LONG);

    for (const { id } of [poison!, tombstone!]) {
      await replay(program, id);
      await eventually(async () => {
        expect(await letterOf(program, id)).toMatchObject({ state: 'waiting', attempts: 2, replays: 1 });
      }, LONG);
    }
    expect(await lettersOf(program)).toHaveLength(2);
    expect((await letterOf(program, poison!.id)).failures.map(({ offset }) => offset)).toEqual([0, 2]);

    const records = await recordsOf(await pipeline.tap(pipeline.topic), 4);
    const [first, , again, nothing] = records;
    expect(again!.key!.equals(first!.key!)).toBe(true);
    expect(again!.value!.equals(first!.value!)).toBe(true);
    expect(again!.headers).toEqual({
      ...first!.headers,
      waybill_dead_letter_id: Buffer.from(String(poison!.id)),
    });
    expect(nothing).toMatchObject({ key: null, value: null });
    expect(headersOf(nothing!)).toEqual({ waybill_dead_letter_id: String(tombstone!.id) });

    const copies = await pipeline.tap(pipeline.deadLetterTopic);
    await eventually(async () => expect(await copies.caughtUp()).toHaveLength(4), LONG);
  });

  it('is stored by a replay once what refused it is mended', async () => {
    pipeline = await createPipeline(kafka.brokers);
    const { raw } = sampleEvents().find((event) => event.name === 'totals-mismatch')!;
    const order = JSON.parse(raw) as { order_uid: string };
    const strict = await pipeline.start({ ORDER_TOTALS: 'strict' });
    await pipeline.send([{ key: order.order_uid, value: raw }]);
    await eventually(async () => expect(await lettersOf(strict)).toHaveLength(1), LONG);
    expect(await strict.stop()).toBe(0);

    const lenient = await pipeline.start({ ORDER_TOTALS: 'warn' });
    const [letter] = await lettersOf(lenient);
    await replay(lenient, letter!.id);
    await eventually(async () => expect(await getOrder(lenient, order.order_uid)).toEqual(order), LONG);
    expect(await letterOf(lenient, letter!.id)).toMatchObject({
      state: 'replayed',
      attempts: 1,
      replays: 1,
      failures: [{ offset: 0 }],
    });
    expect(await lettersOf(lenient)).toHaveLength(1);
  });
});
