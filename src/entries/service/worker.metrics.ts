import { Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge } from 'prom-client';
import { counterProvider, gaugeProvider } from '../../platform/metrics/metric-providers.js';
import type { StoreReceipt } from '../repository/entry-write.repository.js';

const QUEUED_STORED = 'waybill_entries_queued_writes_total';
const REPAIRED = 'waybill_entries_redis_repaired_total';
const WAITING = 'waybill_entries_redis_repairs_waiting';
const REQUESTED = 'waybill_entries_rehydrations_requested_total';
const REQUESTS_DROPPED = 'waybill_entries_rehydrations_dropped_total';
const ENDED = 'waybill_entries_ended_total';
const FORGOTTEN = 'waybill_entries_tombstones_forgotten_total';

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
  gaugeProvider({
    name: WAITING,
    help: 'Cache entries that are read into Redis once it can be used again, 10,000 at most. Look when it stays: Redis is away',
  }),
  counterProvider({
    name: REQUESTED,
    help: 'Cache entries that were read from PostgreSQL while Redis did not take them, and that the worker was asked to read into it',
  }),
  counterProvider({
    name: REQUESTS_DROPPED,
    help: 'The same, but the worker could not be asked: too many were waiting, or neither Kafka nor the outbox took the request. Reads go to PostgreSQL meanwhile',
  }),
  counterProvider({
    name: ENDED,
    help: 'Values of cache entries that were removed since their time was over. Look when it stands still while entries have a ttl: the table grows',
  }),
  counterProvider({
    name: FORGOTTEN,
    help: 'Tombstones of cache entries that were removed after ENTRIES_TOMBSTONE_DAYS. Look when it stands still: the table grows',
  }),
];

/** What the role worker counts. */
@Injectable()
export class WorkerMetrics {
  constructor(
    @InjectMetric(QUEUED_STORED) private readonly queued: Counter<'outcome'>,
    @InjectMetric(REPAIRED) readonly repaired: Counter,
    @InjectMetric(WAITING) readonly waiting: Gauge,
    @InjectMetric(REQUESTED) readonly requested: Counter,
    @InjectMetric(REQUESTS_DROPPED) readonly requestsDropped: Counter,
    @InjectMetric(ENDED) readonly ended: Counter,
    @InjectMetric(FORGOTTEN) readonly forgotten: Counter,
  ) {
    for (const outcome of OUTCOMES) queued.inc({ outcome }, 0);
  }

  stored(outcome: Outcome): void {
    this.queued.inc({ outcome });
  }
}
