import type { FastifyInstance } from 'fastify';
import { Histogram, register } from 'prom-client';

const NAME = 'waybill_http_request_duration_seconds';
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Times every answer by its route's pattern, so that the number of series does not grow with the orders. */
export function measureRequests(fastify: FastifyInstance): void {
  register.removeSingleMetric(NAME);
  const histogram = new Histogram({
    name: NAME,
    help: 'Seconds from the head of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
  });
  const timers = new Map<string, { observe(seconds: number): void }>();
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const name = `${request.method} ${route} ${reply.statusCode}`;
    let timer = timers.get(name);
    if (timer === undefined) {
      timer = histogram.labels({ method: request.method, route, status: reply.statusCode });
      timers.set(name, timer);
    }
    timer.observe(reply.elapsedTime / 1_000);
    done();
  });
}
