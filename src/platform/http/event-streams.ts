import { Injectable } from '@nestjs/common';
import { Counter, register } from 'prom-client';
import { Environment } from '../config/environment.js';
import { observeGauge } from '../metrics/observed-gauge.js';
import { EventStream } from './sse.js';

/** The streams of Server-Sent Events of all contexts, with their bounds and metrics. */
@Injectable()
export class EventStreams {
  private readonly streams: EventStream[] = [];
  private dropped: Counter | undefined;

  constructor(private readonly environment: Environment) {}

  /** A stream of its own, which SSE_MAX_CLIENTS clients may watch. */
  add(): EventStream {
    // Not sooner: a process that serves no stream has no figures of one.
    const dropped = (this.dropped ??= this.registerMetrics());
    const stream = new EventStream({
      maxClients: this.environment.SSE_MAX_CLIENTS,
      onDropped: () => dropped.inc(),
    });
    this.streams.push(stream);
    return stream;
  }

  private registerMetrics(): Counter {
    const name = 'waybill_sse_dropped_total';
    register.removeSingleMetric(name);
    observeGauge('waybill_sse_clients', 'Clients connected to the event stream (SSE)', () =>
      this.streams.reduce((clients, { size }) => clients + size, 0),
    );
    return new Counter({
      name,
      help: 'Clients disconnected from the event stream because they read too slowly. Look when it rises: slow clients or network',
    });
  }
}
