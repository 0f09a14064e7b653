import { Injectable } from '@nestjs/common';
import { FastCounter, type PendingCount } from '../../platform/metrics/fast-counter.js';
import { FastHistogram, type HistogramSeries } from '../../platform/metrics/fast-histogram.js';
import { ERROR_CODES, type ErrorCode } from '../model/error-code.js';

export const OPERATIONS = ['get', 'set', 'delete', 'batch_get', 'batch_set', 'list'] as const;
export type Operation = (typeof OPERATIONS)[number];

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface OperationSeries {
  readonly seconds: HistogramSeries;
  readonly errors: Readonly<Record<ErrorCode, PendingCount>>;
}

/** What is asked of the entries: how long it took, and what could not be done. */
@Injectable()
export class EntriesMetrics {
  private readonly byOperation: Readonly<Record<Operation, OperationSeries>>;

  constructor() {
    const seconds = new FastHistogram<'operation'>({
      name: 'waybill_entries_operation_seconds',
      help: 'Seconds that requests for cache entries took, by operation; errors among them',
      buckets: SECONDS,
    });
    const errors = new FastCounter(
      'waybill_entries_errors_total',
      'Error answers to requests for cache entries, by operation and code. Look when UNAVAILABLE or INTERNAL_ERROR rises',
      ['operation', 'code'],
    );
    this.byOperation = byName(OPERATIONS, (operation) => ({
      seconds: seconds.series({ operation }),
      errors: byName(ERROR_CODES, (code) => errors.series({ operation, code })),
    }));
  }

  /** @param error undefined: it was done */
  count(operation: Operation, seconds: number, error: ErrorCode | undefined): void {
    const series = this.byOperation[operation];
    series.seconds.observe(seconds);
    if (error !== undefined) series.errors[error].count++;
  }
}

const byName = <Name extends string, Value>(names: readonly Name[], valueOf: (name: Name) => Value) =>
  Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<Name, Value>;
