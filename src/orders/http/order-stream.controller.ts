import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventStreams } from '../../platform/http/event-streams.js';
import { type EventStream, sseText } from '../../platform/http/sse.js';
import { type BroadcastStatusEvent, OrderBroadcast } from '../service/order-broadcast.js';

/** Status changes as they happen, as Server-Sent Events. */
@ApiTags('orders')
@Controller('api/events')
export class OrderStreamController {
  private readonly clients: EventStream;

  constructor(broadcast: OrderBroadcast, streams: EventStreams) {
    const clients = streams.add();
    this.clients = clients;
    broadcast.stream.subscribe({
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

function eventText({ orderUid, version, value }: BroadcastStatusEvent): string {
  return sseText({ event: 'order-status', id: `${orderUid}:${version}`, data: value.toString() });
}
