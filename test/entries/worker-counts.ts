import { Counter, Gauge } from 'prom-client';
import { WorkerMetrics } from '../../src/entries/service/worker.metrics.js';

/** What the role worker counts, registered nowhere. */
export function workerCounts(): WorkerMetrics {
  const unregistered = { help: 'of a test', registers: [] };
  const counter = (name: string): Counter => new Counter({ name, ...unregistered });
  return new WorkerMetrics(
    new Counter({ name: 'queued', labelNames: ['outcome'], ...unregistered }),
    counter('repaired'),
    new Gauge({ name: 'waiting', ...unregistered }),
    counter('requested'),
    counter('dropped'),
    counter('ended'),
    counter('forgotten'),
  );
}

export const countOf = async (metric: Counter): Promise<number> => (await metric.get()).values[0]?.value ?? 0;
