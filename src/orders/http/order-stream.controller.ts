import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, register } from 'prom-client';
import { Environment } from '../../platform/config/environment.js';
import { EventStream } from '../../platform/http/sse.js';
import { observeGauge } from '../../platform/metrics/observed-gauge.js';
import { type OrderNewsItem, OrderNews } from '../service/order-news.js';

/** Status changes as they happen, as Server-Sent Events. */
@ApiTags('orders')
@Controller('api/events')
export class OrderStreamController {
  private readonly clients: EventStream;

  constructor(news: OrderNews, environment: Environment) {
    const name = 'waybill_sse_dropped_total';
    register.removeSingleMetric(name);
    const dropped = new Counter({ name, help: 'Clients of the stream let go since they read too slowly' });
    const clients = new EventStream({
      maxClients: environment.SSE_MAX_CLIENTS,
      onDropped: () => dropped.inc(),
    });
    this.clients = clients;
    observeGauge('waybill_sse_clients', 'Clients that watch the stream of status events', () => clients.size);
    news.stream.subscribe({
      next: (item) => {
        if (clients.size > 0) clients.publish(eventText(item));
      },
      complete: () => clients.end(),
    });
  }

  @Get()
  @ApiOperation({ summary: 'Status events as they happen, as Server-Sent Events' })
  @ApiProduces('text/event-stream')
  @ApiResponse({ status: 200, description: 'The stream, which is the last answer on its connection' })
  @ApiResponse({
    status: 503,
    description: 'As many clients as there may be (SSE_MAX_CLIENTS) watch already',
    schema: { $ref: '#/components/schemas/Problem' },
  })
  stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.clients.open(request, reply);
  }
}

function eventText({ orderUid, version, value }: OrderNewsItem): string {
  return `event: order-status\nid: ${orderUid}:${version}\ndata: ${value.toString().replaceAll(/\r\n|\r|\n/g, '\ndata: ')}\n\n`;
}
