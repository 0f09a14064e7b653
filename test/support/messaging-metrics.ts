import { Counter, Histogram } from 'prom-client';
import { MessagingMetrics, RelayMetrics } from '../../src/platform/messaging/messaging.metrics.js';
import { TopicNames } from '../../src/platform/messaging/topic-names.js';

function counter<Label extends string>(name: string, ...labelNames: Label[]): Counter<Label> {
  return new Counter({ name, help: name, labelNames, registers: [] });
}

function histogram<Label extends string>(name: string, ...labelNames: Label[]): Histogram<Label> {
  return new Histogram({ name, help: name, labelNames, registers: [] });
}

/** Metrics of one spec's own, which no registry knows. */
export function unregisteredMetrics(): MessagingMetrics {
  return new MessagingMetrics(
    histogram('batch_size', 'topic'),
    histogram('batch_duration', 'topic'),
    counter('retries', 'topic', 'kind'),
    counter('dead_letters', 'topic'),
  );
}

export function unregisteredRelayMetrics(): RelayMetrics {
  return new RelayMetrics(
    counter('published', 'topic'),
    counter('dead_letters_replayed', 'topic'),
    histogram('relay_batch_duration'),
    new TopicNames({}),
  );
}
