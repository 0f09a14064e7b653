import type { Provider } from '@nestjs/common';
import { getToken } from '@willsoto/nestjs-prometheus';
import {
  Counter,
  type CounterConfiguration,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
} from 'prom-client';

/**
 * A counter for `@InjectMetric(name)`. The package's own `makeCounterProvider` hands out the metric that has the name
 * already, whoever made it; here two that claim one name fail the start.
 */
export function counterProvider<Label extends string>(options: CounterConfiguration<Label>): Provider {
  return { provide: getToken(options.name), useFactory: () => new Counter(options) };
}

/** The same for a gauge. */
export function gaugeProvider<Label extends string>(options: GaugeConfiguration<Label>): Provider {
  return { provide: getToken(options.name), useFactory: () => new Gauge(options) };
}

/** The same for a histogram. */
export function histogramProvider<Label extends string>(options: HistogramConfiguration<Label>): Provider {
  return { provide: getToken(options.name), useFactory: () => new Histogram(options) };
}
