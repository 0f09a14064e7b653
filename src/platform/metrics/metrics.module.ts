import { Global, Inject, Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { register } from 'prom-client';
import { LOGGER, type Logger } from '../logging/logger.js';
import { MetricFailures } from './metric-failures.js';

/** `GET /metrics` in Prometheus' text format, with Node's own figures. */
@Global()
@Module({ imports: [PrometheusModule.register({ path: '/metrics' })], exports: [PrometheusModule] })
export class MetricsModule {
  constructor(@Inject(LOGGER) log: Logger) {
    MetricFailures.of(register).logTo(log);
  }
}
