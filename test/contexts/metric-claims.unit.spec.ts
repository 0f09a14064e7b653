import { expect, it } from 'vitest';
import { faultsOfMetrics, metricsMadeIn } from '../../scripts/contexts/metric-claims.js';

it('finds the metrics that a file makes, however it does so', () => {
  const text = `
    counterProvider({ name: 'waybill_payments_total', help: 'x' });
    observeGauge('waybill_payments_open', 'x', () => 1);
    observeGauge(
      'waybill_payments_late',
      'x', () => 1);
    new FastCounter(
      'waybill_payments_fast_total', 'x', []);
    const name = 'waybill_payments_slow_total';
    readGauge(url, 'waybill_ready');`;
  expect(metricsMadeIn('payments/metrics.ts', text).map(({ metric }) => metric)).toEqual([
    'waybill_payments_total',
    'waybill_payments_open',
    'waybill_payments_late',
    'waybill_payments_fast_total',
    'waybill_payments_slow_total',
  ]);
});

it('names a metric that two files make, and one that does not say whose it is', () => {
  const claims = [
    { metric: 'waybill_cache_entries', file: 'orders/cache.ts' },
    { metric: 'waybill_cache_entries', file: 'payments/cache.ts' },
    { metric: 'waybill_payments_total', file: 'payments/metrics.ts' },
  ];
  expect(faultsOfMetrics(claims, ['payments'])).toEqual([
    'waybill_cache_entries is made twice: in orders/cache.ts and in payments/cache.ts',
    'waybill_cache_entries is made in payments/cache.ts: expected a name that begins with waybill_payments_',
  ]);
  expect(faultsOfMetrics(claims.slice(0, 1), ['payments'])).toEqual([]);
});
