import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { BroadcastConsumer } from './broadcast-consumer.js';
import type { ConsumerParts } from './event-consumer.js';

const TOPIC = 'order-status';
const END = { partition: 0, offset: '7' };
const SOUGHT = [{ topic: TOPIC, ...END }];

/** A consumer that can be made to have no group, as kafkajs has none between a crash and the restart. */
class FakeConsumer extends EventEmitter {
  readonly events = {
    GROUP_JOIN: 'join',
    FETCH: 'fetch',
    HEARTBEAT: 'beat',
    CRASH: 'crash',
    DISCONNECT: 'gone',
  };
  hasGroup = true;
  readonly connect = vi.fn(() => Promise.resolve());
  readonly subscribe = vi.fn(() => Promise.resolve());
  readonly run = vi.fn(() => Promise.resolve());
  readonly sought = vi.fn();

  seek(place: object): void {
    if (!this.hasGroup)
      throw new Error('Consumer group was not initialized, consumer#run must be called first');
    this.sought(place);
  }

  join(): void {
    this.hasGroup = true;
    this.emit('join', { payload: { memberAssignment: { [TOPIC]: [0] } } });
  }
}

function newsOf(consumer: FakeConsumer, handler: () => Promise<number>): BroadcastConsumer {
  const connections = { explain: (error: unknown) => error };
  const admin = { connect: vi.fn(), disconnect: vi.fn(), fetchTopicOffsets: () => Promise.resolve([END]) };
  const parts = {
    kafka: { admin: () => admin, connections },
    consumerKafka: { consumer: () => consumer, connections },
    environment: { KAFKA_GROUP_ID: 'waybill' },
    contexts: { groupOf: () => 'waybill', partOf: () => 'news', bearingOf: () => ({ isRequired: true }) },
    batches: { broadcastHandlerFor: () => handler },
    topics: { deployedName: (topic: string) => topic },
    health: { addCheck: vi.fn() },
    log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
    untilKafkaAnswers: (attempt: () => Promise<void>) => attempt(),
  } as unknown as ConsumerParts;
  return new BroadcastConsumer(parts, 'orders', [{ topic: TOPIC }] as never);
}

describe('news', () => {
  it('begin at the end of the topic, and the handler hears of it', async () => {
    const consumer = new FakeConsumer();
    const handler = vi.fn(() => Promise.resolve(0));
    await newsOf(consumer, handler).start();
    expect(consumer.sought.mock.calls).toEqual([SOUGHT]);
    expect(handler.mock.calls).toEqual([[[]]]);
  });

  it('of a consumer that has crashed meanwhile begin with the group that it joins next', async () => {
    const consumer = new FakeConsumer();
    consumer.hasGroup = false;
    const handler = vi.fn(() => Promise.resolve(0));
    // It is back before the handler has done with the first try.
    handler.mockImplementationOnce(() => Promise.resolve(consumer.join()).then(() => 0));
    await newsOf(consumer, handler).start();
    await expect.poll(() => consumer.sought.mock.calls).toEqual([SOUGHT]);
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('fail to begin by what else is wrong with the seek', async () => {
    const consumer = new FakeConsumer();
    consumer.sought.mockImplementation(() => {
      throw new Error('no such partition');
    });
    await expect(newsOf(consumer, () => Promise.resolve(0)).start()).rejects.toThrow('no such partition');
  });
});
