import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import { observeGauge } from '../../platform/metrics/observed-gauge.js';
import { type OrderNewsItem, OrderNews } from '../service/order-news.js';

/** Shows proxies and browsers that the stream is alive. */
const KEEP_ALIVE_MS = 15_000;
/** A client that reads this much slower than orders change is let go; it connects again by itself. */
const MAX_BUFFERED_BYTES = 1_048_576;
const RECONNECT_MS = 2_000;

/** Status changes as they happen: Server-Sent Events (WHATWG HTML, section 9.2). */
@ApiTags('orders')
@Controller('api/events')
export class OrderStreamController {
  private readonly clients = new Set<ServerResponse>();

  constructor(private readonly news: OrderNews) {
    observeGauge(
      'waybill_sse_clients',
      'Clients that watch the stream of status events',
      () => this.clients.size,
    );
  }

  @Get()
  @ApiOperation({ summary: 'Status events as they happen, as Server-Sent Events' })
  @ApiProduces('text/event-stream')
  stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    response.write(`retry: ${RECONNECT_MS}\n\n`);
    this.clients.add(response);
    const keepAlive = setInterval(() => response.write(': alive\n\n'), KEEP_ALIVE_MS);
    const subscription = this.news.stream.subscribe({
      next: (item) => {
        if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
        else response.write(eventText(item));
      },
      complete: () => response.end(),
    });
    request.raw.socket.once('close', () => {
      clearInterval(keepAlive);
      subscription.unsubscribe();
      this.clients.delete(response);
    });
  }
}

function eventText({ orderUid, version, value }: OrderNewsItem): string {
  return `event: order-status\nid: ${orderUid}:${version}\ndata: ${value.toString().replaceAll(/\r\n|\r|\n/g, '\ndata: ')}\n\n`;
}
