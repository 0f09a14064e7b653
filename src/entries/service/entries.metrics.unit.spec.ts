import { register } from 'prom-client';
import { beforeEach, expect, it } from 'vitest';
import { EntriesMetrics } from './entries.metrics.js';

beforeEach(() => register.clear());

it('tells how long each operation took, and of errors by their code', async () => {
  const metrics = new EntriesMetrics();
  metrics.count('get', 0.0004, undefined);
  metrics.count('get', 0.002, 'NOT_FOUND');
  metrics.count('batch_set', 20, 'UNAVAILABLE');
  const text = await register.metrics();
  expect(text).toContain('waybill_entries_operation_seconds_count{operation="get"} 2\n');
  expect(text).toContain('waybill_entries_operation_seconds_bucket{le="0.0005",operation="get"} 1\n');
  expect(text).toContain('waybill_entries_operation_seconds_sum{operation="batch_set"} 20\n');
  expect(text).not.toContain('operation_seconds_count{operation="list"}');
  expect(text).toContain('waybill_entries_errors_total{operation="get",code="NOT_FOUND"} 1\n');
  expect(text).toContain('waybill_entries_errors_total{operation="batch_set",code="UNAVAILABLE"} 1\n');
  expect(text).toContain('waybill_entries_errors_total{operation="list",code="TOO_LARGE"} 0\n');
});
