import { Injectable, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge, Histogram } from 'prom-client';
import { counterProvider, gaugeProvider, histogramProvider } from '../metrics/metric-providers.js';
import { FAILURE_KINDS } from '../failures/failure-kind.js';
import { Topics } from './topics.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const EVENTS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000];

/** What the transports and the dead letters count. */
@Injectable()
export class MessagingMetrics {
  constructor(
    @InjectMetric('waybill_consumer_batch_size') readonly batchSize: Histogram<'context' | 'topic'>,
    @InjectMetric('waybill_consumer_batch_duration_seconds')
    readonly batchSeconds: Histogram<'context' | 'topic'>,
    @InjectMetric('waybill_consumer_retries_total') readonly retries: Counter<'context' | 'topic' | 'kind'>,
    @InjectMetric('waybill_dead_letters_total') readonly deadLetters: Counter<'context' | 'topic'>,
  ) {}

  /** Shows what is counted from the start: a rate, and so an alert, misses a series that begins at 1. */
  show(labels: { readonly context: string; readonly topic: string }): void {
    this.batchSize.zero(labels);
    this.batchSeconds.zero(labels);
    this.deadLetters.inc(labels, 0);
    for (const kind of FAILURE_KINDS) this.retries.inc({ ...labels, kind }, 0);
  }
}

/**
 * What the relay counts. Replays are among it, since those that the command line asks for are made in a process
 * that nobody scrapes.
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
    help: 'Events in a batch that was handled',
    labelNames: ['context', 'topic'],
    buckets: EVENTS,
  }),
  histogramProvider({
    name: 'waybill_consumer_batch_duration_seconds',
    help: 'Seconds that the try took that a batch was done with',
    labelNames: ['context', 'topic'],
    buckets: SECONDS,
  }),
  counterProvider({
    name: 'waybill_consumer_retries_total',
    help: 'Tries of a batch that failed, by what kind of failure it was',
    labelNames: ['context', 'topic', 'kind'],
  }),
  counterProvider({
    name: 'waybill_dead_letters_total',
    help: 'Events that went to the dead letters',
    labelNames: ['context', 'topic'],
  }),
  counterProvider({
    name: 'waybill_dead_letters_replayed_total',
    help: 'Dead letters that were sent to their topic again',
    labelNames: ['topic'],
  }),
  counterProvider({
    name: 'waybill_outbox_published_total',
    help: 'Outbox messages that were handed to their topic',
    labelNames: ['topic'],
  }),
  histogramProvider({
    name: 'waybill_relay_batch_duration_seconds',
    help: 'Seconds that publishing a batch of outbox messages took',
    buckets: SECONDS,
  }),
  gaugeProvider({
    name: 'waybill_relay_topic_held',
    help: 'Whether the messages of a topic wait since it cannot be published to: 1 or 0',
    labelNames: ['topic'],
  }),
  MessagingMetrics,
  RelayMetrics,
];
