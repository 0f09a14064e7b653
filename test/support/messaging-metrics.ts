import { Counter, Gauge, Histogram } from 'prom-client';
import { MessagingMetrics, RelayMetrics } from '../../src/platform/messaging/messaging.metrics.js';
import { Topics } from '../../src/platform/messaging/topics.js';

function counter<Label extends string>(name: string, ...labelNames: Label[]): Counter<Label> {
  return new Counter({ name, help: name, labelNames, registers: [] });
}

function histogram<Label extends string>(name: string, ...labelNames: Label[]): Histogram<Label> {
  return new Histogram({ name, help: name, labelNames, registers: [] });
}

/** Metrics of one spec's own, which no registry knows. */
export function unregisteredMetrics(): MessagingMetrics {
  return new MessagingMetrics(
    histogram('batch_size', 'context', 'topic'),
    histogram('batch_duration', 'context', 'topic'),
    counter('retries', 'context', 'topic', 'kind'),
    counter('dead_letters', 'context', 'topic'),
  );
}

export function unregisteredRelayMetrics(): RelayMetrics {
  return new RelayMetrics(
    counter('published', 'topic'),
    counter('dead_letters_replayed', 'topic'),
    histogram('relay_batch_duration'),
    new Gauge({ name: 'topic_held', help: 'topic_held', labelNames: ['topic'], registers: [] }),
    new Topics([]),
  );
}
