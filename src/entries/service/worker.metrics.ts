import { Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { counterProvider } from '../../platform/metrics/metric-providers.js';
import type { StoreReceipt } from '../repository/entry-write.repository.js';

const QUEUED_STORED = 'waybill_entries_queued_writes_total';
const REPAIRED = 'waybill_entries_redis_repaired_total';

type Outcome = StoreReceipt['outcome'];

const OUTCOMES: readonly Outcome[] = ['created', 'replaced', 'deleted', 'absent', 'outdated', 'repeated'];

export const WORKER_METRICS: Provider[] = [
  counterProvider({
    name: QUEUED_STORED,
    help: 'Writes of ENTRIES_WRITE=behind that the worker has brought to their end, by outcome; several of one key in a row count once. Look when repeated keeps rising: a worker dies again and again',
    labelNames: ['outcome'],
  }),
  counterProvider({
    name: REPAIRED,
    help: 'Cache entries that Redis did not hold, or held older, and that the worker has read from PostgreSQL into it. Look when it keeps rising: Redis evicts, or loses what it takes',
  }),
];

/** What the role worker counts. */
@Injectable()
export class WorkerMetrics {
  constructor(
    @InjectMetric(QUEUED_STORED) private readonly queued: Counter<'outcome'>,
    @InjectMetric(REPAIRED) readonly repaired: Counter,
  ) {
    for (const outcome of OUTCOMES) queued.inc({ outcome }, 0);
  }

  stored(outcome: Outcome): void {
    this.queued.inc({ outcome });
  }
}
