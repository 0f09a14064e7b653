import { describe, expect, it } from 'vitest';
import { PartitionWait } from './partition-wait.js';

describe('how long a partition waits', () => {
  it('is nothing when all is processed, at the first look too', () => {
    const wait = new PartitionWait();
    expect(wait.look(5, 5, 0)).toBe(0);
    expect(wait.look(9, 9, 1_000)).toBe(0);
  });

  it('is not known of what was there at the first look, and then as long as it was seen', () => {
    const wait = new PartitionWait();
    expect(wait.look(2, 5, 1_000)).toBeUndefined();
    expect(wait.look(2, 5, 3_000)).toBe(2_000);
    expect(wait.look(4, 50, 9_000)).toBe(8_000);
  });

  it('counts from when the end passed the position, between two looks in proportion', () => {
    const wait = new PartitionWait();
    wait.look(0, 0, 0);
    expect(wait.look(0, 100, 10_000)).toBe(10_000);
    expect(wait.look(25, 100, 10_000)).toBe(7_500);
    expect(wait.look(99, 100, 10_000)).toBeCloseTo(100);
    // The rest has been there since the look before it.
    expect(wait.look(50, 100, 60_000)).toBe(55_000);
    expect(wait.look(99, 100, 60_000)).toBeCloseTo(50_100);
  });

  it('grows as long as the consumer is stuck, whatever comes meanwhile', () => {
    const wait = new PartitionWait();
    wait.look(10, 10, 0);
    for (let second = 1; second <= 3_600; second++) {
      expect(wait.look(10, 10 + second, second * 1_000)).toBe(second * 1_000);
    }
  });

  it('follows a consumer that is behind by a minute at an even rate, after many looks too', () => {
    const wait = new PartitionWait();
    for (let second = 0; second <= 5_000; second++) {
      const found = wait.look(Math.max(0, (second - 60) * 100), second * 100, second * 1_000);
      if (second > 60) expect(found).toBeCloseTo(60_000);
    }
  });

  it('is kept in few marks, and is right to a few percent then', () => {
    const wait = new PartitionWait();
    wait.look(0, 0, 0);
    for (let second = 1; second <= 20_000; second++) wait.look(0, second, second * 1_000);
    const { marks } = wait as unknown as { marks: unknown[] };
    expect(marks.length).toBeLessThanOrEqual(256);
    expect(wait.look(15_000, 20_000, 20_000_000)).toBeCloseTo(5_000_000, -5);
  });

  it('has the time of what is new begin with the last look at which nothing was', () => {
    const wait = new PartitionWait();
    for (const nowMs of [0, 1_000, 2_000, 3_000]) wait.look(7, 7, nowMs);
    expect(wait.look(7, 8, 4_000)).toBe(1_000);
  });

  it('begins anew with a topic that was made anew', () => {
    const wait = new PartitionWait();
    wait.look(100, 100, 0);
    expect(wait.look(0, 5, 1_000)).toBeUndefined();
    expect(wait.look(0, 5, 2_000)).toBe(1_000);
  });

  it('is as long as it was seen where somebody sets the position back', () => {
    const wait = new PartitionWait();
    wait.look(100, 100, 0);
    wait.look(100, 100, 50_000);
    expect(wait.look(20, 100, 60_000)).toBe(10_000);
  });
});
