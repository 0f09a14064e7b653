import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { FastHistogram, type HistogramSeries } from '../metrics/fast-histogram.js';

type Durations = FastHistogram<'method' | 'route' | 'status'>;

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How long the answers of one route took. */
export class RouteDurations {
  private readonly byStatus = new Map<number, HistogramSeries>();

  constructor(
    private readonly all: Durations,
    private readonly method: string,
    private readonly route: string,
  ) {}

  observe(status: number, seconds: number): void {
    let series = this.byStatus.get(status);
    if (series === undefined) {
      series = this.all.series({ method: this.method, route: this.route, status });
      this.byStatus.set(status, series);
    }
    series.observe(seconds);
  }
}

/** Times every answer by its route's pattern, so that the number of series does not grow with the orders. */
@Injectable()
export class RequestMetrics {
  private readonly routes = new Map<string, RouteDurations>();
  private readonly durations: Durations = new FastHistogram({
    name: 'waybill_http_request_duration_seconds',
    help: 'Seconds from the request head received to the last byte of the response sent, by method, route and status',
    buckets: SECONDS,
  });

  /** Of what Fastify answers. */
  measure(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, reply, done) => {
      const durations = this.route(request.method, request.routeOptions.url ?? 'none');
      durations.observe(reply.statusCode, reply.elapsedTime / 1_000);
      done();
    });
  }

  /** @param route its pattern */
  route(method: string, route: string): RouteDurations {
    const name = `${method} ${route}`;
    let durations = this.routes.get(name);
    if (durations === undefined) {
      durations = new RouteDurations(this.durations, method, route);
      this.routes.set(name, durations);
    }
    return durations;
  }
}
