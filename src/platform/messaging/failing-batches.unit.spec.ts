import { register } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Health } from '../health/health.js';
import { FailingBatches, SLOW_MS } from './failing-batches.js';

const PLACE = { context: 'parcels', topic: 'orders', partition: 3 };

let health: Health;
let failing: FailingBatches;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  register.clear();
  health = new Health();
  failing = new FailingBatches(health);
  failing.assign('parcels', 'orders', [3]);
});
afterEach(() => void vi.useRealTimers());

const told = (): string | undefined => health.remarked()['batches']?.detail;

const seconds = async (): Promise<string[]> =>
  (await register.getSingleMetricAsString('waybill_consumer_failing_seconds'))
    .split('\n')
    .filter((line) => line.startsWith('waybill'));

describe('a batch whose handler does not come to an end', () => {
  it('is told of, as one that fails is, until it is done', async () => {
    failing.slow({ ...PLACE, firstOffset: 7 });
    expect(await seconds()).toEqual([
      `waybill_consumer_failing_seconds{context="parcels",topic="orders",partition="3",reason="slow"} ${SLOW_MS / 1_000}`,
    ]);
    expect(told()).toBeUndefined();
    vi.advanceTimersByTime(60_000 - SLOW_MS);
    expect(told()).toBe(
      'parcels: orders/3 has been failing at offset 7 for 60 s: its handler does not come to an end',
    );
    failing.done(PLACE);
    expect(told()).toBeUndefined();
  });

  it('keeps the reason of one that has failed before, and is none of ours once the partition is not', async () => {
    failing.failed({ ...PLACE, firstOffset: 7 }, new Error('the peer is away'));
    failing.slow({ ...PLACE, firstOffset: 7 });
    vi.advanceTimersByTime(60_000);
    expect(told()).toContain('the peer is away');
    failing.assign('parcels', 'orders', []);
    failing.slow({ ...PLACE, firstOffset: 7 });
    expect(await seconds()).toEqual([]);
  });
});
