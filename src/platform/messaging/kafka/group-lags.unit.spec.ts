import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GroupLags } from './group-lags.js';
import type { KafkaClient } from './kafka-client.js';

/** What a broker has: the low and the high offset of each partition, and what a group has committed. */
interface Broker {
  ends: Record<string, [low: number, high: number][]>;
  committed: Record<string, Record<string, number[]>>;
  isAway: boolean;
  hangs: boolean;
}

const GROUPS = [
  { context: 'entries', groupId: 'g.entries', topics: ['persist', 'rehydrate'] },
  { context: 'parcels', groupId: 'g.parcels', topics: ['persist'] },
];

describe('the lag of groups', () => {
  let broker: Broker;
  let lags: GroupLags;
  let warnings: string[];

  beforeEach(() => {
    vi.useFakeTimers();
    broker = { ends: { persist: [], rehydrate: [] }, committed: {}, isAway: false, hangs: false };
    warnings = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
    const asked = async <T>(answer: () => T): Promise<T> => {
      if (broker.hangs) await new Promise(() => undefined);
      if (broker.isAway) throw new Error('no broker answers');
      return answer();
    };
    const admin = {
      connect: () => asked(() => undefined),
      disconnect: () => Promise.resolve(),
      fetchTopicOffsets: (topic: string) =>
        asked(() =>
          broker.ends[topic]!.map(([low, high], partition) => ({
            partition,
            offset: `${high}`,
            low: `${low}`,
            high: `${high}`,
          })),
        ),
      fetchOffsets: ({ groupId, topics }: { groupId: string; topics: string[] }) =>
        asked(() =>
          topics.map((topic) => ({
            topic,
            partitions: (broker.committed[groupId]?.[topic] ?? []).map((offset, partition) => ({
              partition,
              offset: `${offset}`,
              metadata: null,
            })),
          })),
        ),
    };
    const connections = { explain: (error: unknown) => error };
    lags = new GroupLags({ admin: () => admin, connections } as unknown as KafkaClient, GROUPS, log);
  });
  afterEach(() => void vi.useRealTimers());

  const read = async (): Promise<Record<string, [messages: number, seconds: number | undefined]>> =>
    Object.fromEntries(
      (await lags.read()).map(({ context, topic, messages, seconds }) => [
        `${context} ${topic}`,
        [messages, seconds],
      ]),
    );

  it('is the sum of the partitions of each, and as old as the oldest', async () => {
    broker.ends = {
      persist: [
        [0, 10],
        [5, 20],
      ],
      rehydrate: [[0, 0]],
    };
    broker.committed = {
      'g.entries': { persist: [10, 20], rehydrate: [0] },
      'g.parcels': { persist: [10, 20] },
    };
    await read();
    vi.advanceTimersByTime(1_000);
    broker.ends['persist'] = [
      [0, 11],
      [5, 20],
    ];
    await read();
    vi.advanceTimersByTime(4_000);
    broker.ends['persist'] = [
      [0, 12],
      [5, 23],
    ];
    broker.committed['g.parcels'] = { persist: [12, 23] };
    expect(await read()).toEqual({
      'entries persist': [5, 5],
      'entries rehydrate': [0, 0],
      'parcels persist': [0, 0],
    });
  });

  it('counts from the beginning where nothing is committed, or what the partition has no more', async () => {
    broker.ends = {
      persist: [
        [3, 10],
        [50, 60],
        [0, 4],
      ],
      rehydrate: [],
    };
    broker.committed = { 'g.entries': { persist: [-1, 20, 9] }, 'g.parcels': { persist: [10, 60] } };
    expect(await read()).toMatchObject({
      'entries persist': [7 + 10 + 4, undefined],
      'parcels persist': [4, undefined],
    });
    vi.advanceTimersByTime(2_000);
    expect(await read()).toMatchObject({ 'entries persist': [21, 2], 'parcels persist': [4, 2] });
  });

  it('is told by nobody while Kafka is away, which is logged once, and again once it is back', async () => {
    broker.isAway = true;
    expect([await read(), await read()]).toEqual([{}, {}]);
    broker.isAway = false;
    expect(Object.keys(await read())).toHaveLength(3);
    broker.isAway = true;
    expect(await read()).toEqual({});
    expect(warnings.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'the lag of consumers cannot be read',
      'the lag of consumers cannot be read',
    ]);
  });

  it('keeps nobody waiting for a broker that hangs', async () => {
    broker.hangs = true;
    const reading = read();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await reading).toEqual({});
    expect(warnings).toEqual([]);
  });
});
