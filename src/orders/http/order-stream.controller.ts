import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventStreams } from '../../platform/http/event-streams.js';
import { type EventStream, sseText } from '../../platform/http/sse.js';
import { OrderBroadcast } from '../service/order-broadcast.js';

/** Status changes as they happen, as Server-Sent Events. */
@ApiTags('orders')
@Controller('api/events')
export class OrderStreamController {
  private readonly clients: EventStream;

  constructor(
    private readonly broadcast: OrderBroadcast,
    streams: EventStreams,
  ) {
    const clients = streams.add();
    this.clients = clients;
    broadcast.stream.subscribe({
      next: ({ value }) => {
        if (clients.size > 0) clients.publish(eventText(broadcast.lastId, value));
      },
      complete: () => clients.end(),
    });
    broadcast.resumed.subscribe(() => {
      if (clients.size > 0) clients.publish(resetText(broadcast.lastId));
    });
  }

  @Get()
  @ApiOperation({
    summary:
      'Status events as they happen, as Server-Sent Events; an event `reset` tells that some may have been left out before it',
  })
  @ApiProduces('text/event-stream')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description:
      'The id of an event of this stream: those behind it come first, or `reset` where they are not kept',
  })
  @ApiResponse({ status: 200, description: 'The stream, which is the last answer on its connection' })
  @ApiResponse({
    status: 503,
    description: 'As many clients as there may be (SSE_MAX_CLIENTS) watch already',
    schema: { $ref: '#/components/schemas/Problem' },
  })
  stream(
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    const first = lastEventId === undefined ? undefined : this.textsAfter(lastEventId);
    this.clients.open(request, reply, first && { first });
  }

  private textsAfter(id: string): string[] {
    const replayed = this.broadcast.after(id);
    return replayed === undefined
      ? [resetText(this.broadcast.lastId)]
      : replayed.map(({ id: eventId, value }) => eventText(eventId, value));
  }
}

const eventText = (id: string, value: Buffer): string =>
  sseText({ event: 'order-status', id, data: value.toString() });

const resetText = (id: string): string => sseText({ event: 'reset', id, data: '{}' });
