import { Counter, type Registry } from 'prom-client';
import type { Logger } from '../logging/logger.js';

const NAME = 'waybill_metric_failures_total';

/**
 * Readings of gauges that failed. A gauge that cannot be read is absent from its scrape, and an alert on an absent
 * series never fires: so the failure is counted, and logged when it begins.
 */
export class MetricFailures extends Counter<'metric'> {
  private readonly reasons = new Map<string, string>();
  private log: Logger | undefined;

  private constructor(registry: Registry) {
    super({
      name: NAME,
      help: 'Failed readings of a metric, each of which left that metric out of one scrape. Look when it rises: alerts on it are blind',
      labelNames: ['metric'],
      registers: [registry],
    });
  }

  /** Those of a registry's gauges. */
  static of(registry: Registry): MetricFailures {
    const known = registry.getSingleMetric(NAME);
    return known instanceof MetricFailures ? known : new MetricFailures(registry);
  }

  logTo(log: Logger): void {
    this.log = log;
  }

  /** To be called once for each metric, so that its count is shown from the start. */
  watch(metric: string): void {
    this.inc({ metric }, 0);
  }

  /** Logs the first failure of a row, and each that has another reason than the one before. */
  failed(metric: string, error: unknown): void {
    this.inc({ metric });
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (this.reasons.get(metric) === reason) return;
    this.reasons.set(metric, reason);
    this.log?.error({ err: error, metric }, 'a metric cannot be read');
  }

  succeeded(metric: string): void {
    if (this.reasons.delete(metric)) this.log?.info({ metric }, 'a metric can be read again');
  }
}
