import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { receivedEvent } from '../../../../test/support/refused-events.js';
import type { ReadPosition } from '../replays.js';
import { ReplayedTopic } from './replayed-topic.js';

const rangesOf = (...highs: number[]) =>
  new Map(highs.map((high, partition) => [partition, { low: 0, high }]));
const keptAt = (positions: ReadonlyMap<number, ReadPosition>, ageMs = 0) => ({ positions, ageMs });
const DAY_MS = 86_400_000;
const event = (partition: number, offset: number) => receivedEvent({ partition, offset });
const anchorAt = (offset: number) => ({ next: offset + 1, anchor: { offset, time: 1n, key: null } });

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

describe('the reading of a topic', () => {
  it('has passed the end once each partition has, once, and again after it started over', () => {
    const topic = new ReplayedTopic('users');
    topic.startOver(rangesOf(2, 0, 1));
    expect(topic.passes()).toBe(false);
    topic.partition(0).read(2, event(0, 1));
    expect(topic.passes()).toBe(false);
    topic.partition(2).read(1, event(2, 0));
    expect(topic.passes()).toBe(true);
    expect(topic.passes()).toBe(false);
    topic.startOver(rangesOf(1));
    expect([topic.hasPassed, topic.isUnderWay]).toEqual([true, true]);
    topic.partition(0).read(1, event(0, 0));
    expect(topic.passes()).toBe(true);
  });

  it.each([
    ['a partition that is gone', new Map([[3, anchorAt(0)]])],
    ['a position behind the end', new Map([[0, anchorAt(5)]])],
  ])('does not go on from %s', (_, positions) => {
    const topic = new ReplayedTopic('users');
    topic.startOver(rangesOf(0));
    expect(topic.resume(keptAt(positions), rangesOf(5))).toBe(false);
    expect(topic.positions().get(0)).toEqual({ next: 0, anchor: undefined });
  });

  it('goes on where it was, and at the beginning of partitions that are new', () => {
    const topic = new ReplayedTopic('users');
    expect(topic.resume(keptAt(new Map([[0, anchorAt(4)]])), rangesOf(5, 3))).toBe(true);
    expect([...topic.begin()]).toEqual([
      [0, 4],
      [1, 0],
    ]);
  });

  it('is to be started over where the broker has other offsets, or not the record that was read last', () => {
    const topic = new ReplayedTopic('users');
    topic.resume(keptAt(new Map([[0, anchorAt(4)]])), rangesOf(5));
    const before = topic.positions();
    const compare = (low: number, high: number) =>
      topic.compare(before, new Map([[0, { low, high }]]), performance.now(), DAY_MS);
    expect(compare(0, 9)).toBeUndefined();
    expect(compare(6, 9)).toContain('has the offsets 6 to 9, and 5 was to be read next');
    expect(compare(0, 4)).toContain('has the offsets 0 to 4');
    expect(topic.compare(before, new Map(), performance.now(), DAY_MS)).toContain('partition 0 is gone');
    topic.begin();
    vi.advanceTimersByTime(14_000);
    expect(compare(0, 9)).toBeUndefined();
    vi.advanceTimersByTime(2_000);
    expect(compare(0, 9)).toContain('without the last record');
    // Something else came meanwhile.
    topic.passes();
    expect(compare(0, 9)).toBeUndefined();
  });

  it.each([
    [86_400_000, 43_100_000, 43_300_000],
    [100, 29_000, 31_000],
    [0, 29_000, 31_000],
  ])(
    'is to be started over after half of the %i ms that tombstones are kept for, or half a minute',
    (tombstonesKeptMs, fine, late) => {
      const topic = new ReplayedTopic('users');
      topic.startOver(rangesOf(5));
      const reasonAt = (ms: number) => {
        vi.advanceTimersByTime(ms);
        return topic.compare(topic.positions(), rangesOf(5), performance.now(), tombstonesKeptMs);
      };
      expect(reasonAt(fine)).toBeUndefined();
      expect(reasonAt(late - fine)).toContain('tombstones may be gone');
    },
  );

  it('counts the age of what was kept, and goes on from no position without a record', () => {
    const topic = new ReplayedTopic('users');
    topic.resume(
      keptAt(
        new Map<number, ReadPosition>([
          [0, anchorAt(4)],
          [1, { next: 3 }],
        ]),
        60_000,
      ),
      rangesOf(9, 9),
    );
    expect(topic.behindMs()).toBe(60_000);
    expect(topic.compare(topic.positions(), rangesOf(9, 9), performance.now(), 100_000)).toContain(
      'tombstones',
    );
    expect(topic.begin().get(1)).toBe(0);
    topic.startOver(rangesOf(9, 9));
    expect(topic.behindMs()).toBe(60_000);
    expect(topic.compare(topic.positions(), rangesOf(9, 9), performance.now(), 100_000)).toBeUndefined();
  });

  it('is not behind while its ends are seen each second, and is when they are not', () => {
    const topic = new ReplayedTopic('users');
    topic.startOver(rangesOf(0));
    vi.advanceTimersByTime(2_000);
    expect(topic.behindMs()).toBe(0);
    vi.advanceTimersByTime(3_000);
    expect(topic.behindMs()).toBe(5_000);
    topic.compare(topic.positions(), rangesOf(0), performance.now(), DAY_MS);
    expect(topic.behindMs()).toBe(0);
    topic.compare(topic.positions(), rangesOf(1), performance.now(), DAY_MS);
    vi.advanceTimersByTime(4_000);
    expect(topic.behindMs()).toBe(4_000);
  });
});
