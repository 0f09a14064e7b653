import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect } from 'vitest';
import {
  createPipeline,
  getOrder,
  messageOf,
  orderWith,
  type Pipeline,
} from '../kafka/order-pipeline.harness.js';
import { eventually } from '../support/eventually.js';
import { useTier } from '../support/tiers.js';
import { sampleOrder } from '../support/sample-order.js';
import { publicCase } from './public-case.js';

const CASE_TIMEOUT_MS = 120_000;
const WAIT = { timeoutMs: 60_000 };
const NANOSECONDS = '1700000000000000000';

const kafka = useTier('kafka');

describe.skipIf(kafka.skipped)('an event of somebody else', () => {
  let pipeline: Pipeline;

  afterEach(() => pipeline.close());

  publicCase(
    'P24',
    async () => {
      pipeline = await createPipeline(kafka.brokers, { partitions: 4 });
      const { topic, admin, group } = pipeline;
      await admin.createTopics({
        waitForLeaders: true,
        topics: [
          {
            topic,
            numPartitions: 4,
            configEntries: [{ name: 'message.timestamp.after.max.ms', value: '9223372036854775807' }],
          },
        ],
      });
      const program = await pipeline.start();
      const order = (): ReturnType<typeof orderWith> & { order_uid: string } => {
        const order_uid = `p24-${randomUUID()}`;
        const payment = { ...(sampleOrder()['payment'] as object), transaction: order_uid };
        return { ...orderWith(order_uid), payment, order_uid };
      };
      const [odd, first, third] = [order(), order(), order()];
      await pipeline.send([{ ...messageOf(odd), partition: 1, timestamp: NANOSECONDS }]);
      await pipeline.send([
        { ...messageOf(first), partition: 0 },
        { ...messageOf(third), partition: 3 },
      ]);
      for (const one of [first, third, odd]) {
        await eventually(async () => expect(await getOrder(program, one.order_uid)).toEqual(one), WAIT);
      }
      await eventually(async () => {
        const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
        const committed = new Map(offsets!.partitions.map(({ partition, offset }) => [partition, offset]));
        expect([0, 1, 3].map((partition) => committed.get(partition))).toEqual(['1', '1', '1']);
      }, WAIT);

      // An older one of its partition is stale, and a newer one is not.
      const changed = { ...odd, track_number: 'NEWER' };
      const later = String(BigInt(NANOSECONDS) + 1_000_000n);
      await pipeline.send([{ ...messageOf(changed), partition: 1, timestamp: later }]);
      await eventually(async () => expect(await getOrder(program, odd.order_uid)).toEqual(changed), WAIT);

      // What is refused with any such time is one letter, which can be looked at and replayed.
      const timestamps = [NANOSECONDS, '9223372036854775807'];
      for (const timestamp of timestamps) {
        await pipeline.send([{ value: '{"bad":1}', partition: 1, timestamp }]);
      }
      const letters = await eventually(async () => {
        const answer = await fetch(`${program.url}/api/dead-letters`);
        const found = (await answer.json()) as { id: number; event_time: null; event_timestamp: string }[];
        expect(found.map(({ event_timestamp }) => event_timestamp).sort()).toEqual(timestamps);
        return found;
      }, WAIT);
      expect(letters.map(({ event_time }) => event_time)).toEqual([null, null]);
    },
    CASE_TIMEOUT_MS,
  );

  publicCase(
    'P36',
    async () => {
      pipeline = await createPipeline(kafka.brokers);
      const program = await pipeline.start();
      await pipeline.send([{ key: 'k', value: '{"bad":1}', headers: { a: ['1', '2'], b: '3' } }]);
      const id = await eventually(async () => {
        const [letter] = (await (await fetch(`${program.url}/api/dead-letters`)).json()) as { id: number }[];
        return letter!.id;
      }, WAIT);
      const details = await (await fetch(`${program.url}/api/dead-letters/${id}`)).json();
      const header = (name: string, value: string): object => ({
        name: { text: name },
        value: { text: value },
      });
      expect(details).toMatchObject({
        headers: { a: { text: '2' }, b: { text: '3' } },
        header_list: [header('a', '1'), header('a', '2'), header('b', '3')],
      });
      expect((await fetch(`${program.url}/api/dead-letters/${id}/replay`, { method: 'POST' })).status).toBe(
        202,
      );
      const tap = await pipeline.tap(pipeline.topic);
      await eventually(async () => expect(await tap.caughtUp()).toHaveLength(2), WAIT);
      const [sent, replay] = tap.records;
      expect(replay).toMatchObject({ key: sent!.key, value: sent!.value });
      expect(replay!.headers).toEqual({
        a: [Buffer.from('1'), Buffer.from('2')],
        b: Buffer.from('3'),
        waybill_dead_letter_id: Buffer.from(String(id)),
      });
    },
    CASE_TIMEOUT_MS,
  );
});
