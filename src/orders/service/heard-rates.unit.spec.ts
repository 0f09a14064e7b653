import { describe, expect, it } from 'vitest';
import { BUCKET_MS, bucketOf, BUCKETS, HeardRates } from './heard-rates.js';

const START_MS = 1_796_000_000_000;
const END = bucketOf(START_MS) + 100;
/** In the middle of the bucket that is so many before the end. */
const before = (buckets: number): number => (END - buckets) * BUCKET_MS + BUCKET_MS / 2;
const lastOf = (counts: readonly (number | null)[], length: number): (number | null)[] =>
  counts.slice(-length);

describe('what a process has heard', () => {
  it('is counted by the bucket that it was heard in, and the one under way is left out', () => {
    const rates = new HeardRates();
    rates.begin(before(90));
    rates.hear(before(3), true);
    rates.hear(before(3), false);
    rates.hear(before(1), false);
    rates.hear(before(0), true);
    const { ordersIn, changesOut } = rates.before(END, true);
    expect(lastOf(ordersIn, 4)).toEqual([0, 1, 0, 0]);
    expect(lastOf(changesOut, 4)).toEqual([0, 2, 0, 1]);
    expect([ordersIn.length, changesOut.length]).toEqual([BUCKETS, BUCKETS]);
  });

  it('is not known before it began, nor of the bucket that it began in', () => {
    const rates = new HeardRates();
    expect(rates.before(END, true).changesOut).toEqual(Array.from({ length: BUCKETS }, () => null));
    rates.begin(before(3));
    rates.hear(before(3), false);
    expect(lastOf(rates.before(END, true).changesOut, 5)).toEqual([null, null, null, 0, 0]);
  });

  it('is not known from the last event until it hears again', () => {
    const rates = new HeardRates();
    rates.begin(before(50));
    rates.hear(before(8), true);
    rates.hear(before(7), true);
    rates.begin(before(4));
    rates.hear(before(2), true);
    expect(lastOf(rates.before(END, true).ordersIn, 9)).toEqual([0, 1, null, null, null, null, 0, 1, 0]);
  });

  it('is not known since the last event while it hears nothing', () => {
    const rates = new HeardRates();
    rates.begin(before(50));
    rates.hear(before(5), true);
    rates.hear(before(3), true);
    expect(lastOf(rates.before(END, false).ordersIn, 5)).toEqual([1, 0, null, null, null]);
    expect(lastOf(rates.before(END, true).ordersIn, 5)).toEqual([1, 0, 1, 0, 0]);
  });

  it('is forgotten after its time, and takes no more memory for it', () => {
    const rates = new HeardRates();
    rates.begin(before(500));
    for (let n = 400; n > 0; n--) rates.hear(before(n), true);
    expect(rates.before(END, true).ordersIn).toEqual(Array.from({ length: BUCKETS }, () => 1));
    const quiet = rates.before(END + 2 * BUCKETS, true).ordersIn;
    expect(quiet).toEqual(Array.from({ length: BUCKETS }, () => 0));
    for (let n = 0; n < 10_000; n++) rates.begin(before(1));
    expect(JSON.stringify(rates).length).toBeLessThan(10_000);
    expect(lastOf(rates.before(END, true).ordersIn, 2)).toEqual([1, null]);
  });
});
