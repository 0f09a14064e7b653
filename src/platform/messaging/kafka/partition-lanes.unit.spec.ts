import { logLevel } from 'kafkajs';
import type { EachBatchPayload } from 'kafkajs';
import { describe, expect, it, vi } from 'vitest';
import { failOnUnhandledRejections } from '../../../../test/support/unhandled-rejections.js';
import { Kafka } from './kafkajs.js';
import type { PartitionLane } from './partition-lane.js';
import { type LanesParts, PartitionLanes } from './partition-lanes.js';

const PLACE = { topic: 'orders', partition: 3 };
const PAUSED = [{ topic: 'orders', partitions: [3] }];

/** What kafkajs hands over of the partition, to a member that has held it all along. */
const payload = {
  batch: PLACE,
  heartbeat: () => Promise.resolve(),
  isRunning: () => true,
  isStale: () => false,
} as unknown as EachBatchPayload;

function lanesOf(consumer: LanesParts['consumer']): PartitionLanes {
  const log = { error: vi.fn() } as unknown as LanesParts['log'];
  const stopping = new AbortController().signal;
  return new PartitionLanes({ context: 'orders', consumer, stopping, log, lingers: false });
}

/** A lane in trouble, which may leave at once, and ends when it is told to. */
function troubledLane(): { lane: PartitionLane; end: () => void } {
  let end = (): void => undefined;
  const settled = new Promise<void>((resolve) => (end = resolve));
  const lane = { settled, troubled: Promise.resolve(), events: 1, bytes: 10, leave: () => true };
  return { lane: lane as unknown as PartitionLane, end: () => end() };
}

/** As kafkajs has it between a crash and the restart: a consumer without a group. */
function crashedConsumer(): LanesParts['consumer'] {
  const kafka = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING });
  return kafka.consumer({ groupId: 'crashed' });
}

failOnUnhandledRejections();

describe('a lane that leaves', () => {
  it('has its partition paused, and read on when it has ended', async () => {
    const consumer = { pause: vi.fn(), resume: vi.fn() };
    const { lane, end } = troubledLane();
    await lanesOf(consumer).read(payload, () => lane);
    expect(consumer.pause).toHaveBeenCalledWith(PAUSED);
    expect(consumer.resume).not.toHaveBeenCalled();
    end();
    await expect.poll(() => consumer.resume.mock.calls).toEqual([[PAUSED]]);
  });

  it('may end while its consumer has crashed', async () => {
    const crashed = crashedConsumer();
    expect(() => crashed.resume(PAUSED)).toThrow('Consumer group was not initialized');
    const resume = vi.spyOn(crashed, 'resume');
    const { lane, end } = troubledLane();
    await lanesOf(crashed).read(payload, () => lane);
    end();
    await expect.poll(() => resume.mock.calls).toEqual([[PAUSED]]);
  });
});
