import { Counter, Histogram } from 'prom-client';
import { MessagingMetrics } from '../../src/platform/messaging/messaging.metrics.js';

/** Metrics of one spec's own, which no registry knows. */
export function unregisteredMetrics(): MessagingMetrics {
  const counter = <Label extends string>(name: string, ...labelNames: Label[]): Counter<Label> =>
    new Counter({ name, help: name, labelNames, registers: [] });
  const histogram = <Label extends string>(name: string, ...labelNames: Label[]): Histogram<Label> =>
    new Histogram({ name, help: name, labelNames, registers: [] });
  return new MessagingMetrics(
    histogram('batch_size', 'topic'),
    histogram('batch_duration', 'topic'),
    counter('retries', 'topic', 'kind'),
    counter('dead_letters', 'topic'),
    counter('published', 'topic'),
    histogram('relay_batch_duration'),
  );
}
