import { Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge, Histogram } from 'prom-client';
import { counterProvider, gaugeProvider, histogramProvider } from '../metrics/metric-providers.js';
import { FAILURE_KINDS } from '../failures/failure-kind.js';
import { Topics } from './topics.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const EVENTS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000];

/** Metrics of the transports and the dead letters. */
@Injectable()
export class MessagingMetrics {
  constructor(
    @InjectMetric('waybill_consumer_batch_size') readonly batchSize: Histogram<'context' | 'topic'>,
    @InjectMetric('waybill_consumer_batch_duration_seconds')
    readonly batchSeconds: Histogram<'context' | 'topic'>,
    @InjectMetric('waybill_consumer_retries_total') readonly retries: Counter<'context' | 'topic' | 'kind'>,
    @InjectMetric('waybill_dead_letters_total') readonly deadLetters: Counter<'context' | 'topic'>,
  ) {}

  /** Exports each series at 0 from the start: a rate, and so an alert, misses a series whose first value is 1. */
  show(labels: { readonly context: string; readonly topic: string }): void {
    this.batchSize.zero(labels);
    this.batchSeconds.zero(labels);
    this.deadLetters.inc(labels, 0);
    for (const kind of FAILURE_KINDS) this.retries.inc({ ...labels, kind }, 0);
  }
}

/**
 * Metrics of the relay. It counts replays, since the command line that asks for them runs in a process that nobody
 * scrapes.
 */
@Injectable()
export class RelayMetrics {
  constructor(
    @InjectMetric('waybill_outbox_published_total') readonly published: Counter<'topic'>,
    @InjectMetric('waybill_dead_letters_replayed_total') readonly replayed: Counter<'topic'>,
    @InjectMetric('waybill_relay_batch_duration_seconds') readonly relayBatchSeconds: Histogram,
    @InjectMetric('waybill_relay_topic_held') readonly held: Gauge<'topic'>,
    topics: Topics,
  ) {
    for (const topic of topics.all()) {
      published.inc({ topic }, 0);
      held.set({ topic }, 0);
    }
    for (const topic of topics.withDeadLetters()) replayed.inc({ topic }, 0);
  }
}

export const MESSAGING_METRICS: Provider[] = [
  histogramProvider({
    name: 'waybill_consumer_batch_size',
    help: 'Events per batch that a handler processed. Small batches at a high rate mean high cost per event',
    labelNames: ['context', 'topic'],
    buckets: EVENTS,
  }),
  histogramProvider({
    name: 'waybill_consumer_batch_duration_seconds',
    help: 'Seconds that the successful attempt at a batch took; failed attempts are not counted. Look when it rises: consumer lag follows',
    labelNames: ['context', 'topic'],
    buckets: SECONDS,
  }),
  counterProvider({
    name: 'waybill_consumer_retries_total',
    help: 'Failed attempts at a batch, by kind: transient (retried until it passes), permanent or bug (ends as a dead letter). Look when it keeps rising',
    labelNames: ['context', 'topic', 'kind'],
  }),
  counterProvider({
    name: 'waybill_dead_letters_total',
    help: 'Events that were refused and stored as dead letters. Look at any increase: read the letters, then replay or discard them',
    labelNames: ['context', 'topic'],
  }),
  counterProvider({
    name: 'waybill_dead_letters_replayed_total',
    help: 'Dead letters that were published to their topic again, after a replay was asked for',
    labelNames: ['topic'],
  }),
  counterProvider({
    name: 'waybill_outbox_published_total',
    help: 'Outbox messages published, by topic. Look when it stays flat while waybill_outbox_pending grows',
    labelNames: ['topic'],
  }),
  histogramProvider({
    name: 'waybill_relay_batch_duration_seconds',
    help: 'Seconds that publishing a batch of outbox messages took. Look when it rises: Kafka is slow',
    buckets: SECONDS,
  }),
  gaugeProvider({
    name: 'waybill_relay_topic_held',
    help: '1 while a topic cannot be published to and its messages wait in the outbox, else 0. Look at any 1 that lasts; /health says why',
    labelNames: ['topic'],
  }),
  MessagingMetrics,
  RelayMetrics,
];
