import { Global, Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';

/** `GET /metrics` in Prometheus' text format, with Node's own figures. */
@Global()
@Module({ imports: [PrometheusModule.register({ path: '/metrics' })], exports: [PrometheusModule] })
export class MetricsModule {}
