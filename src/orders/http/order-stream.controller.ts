import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventStreams } from '../../platform/http/event-streams.js';
import { type Check, ParameterReader, type Parameters } from '../../platform/http/request-parameters.js';
import { type EventStream, sseText } from '../../platform/http/sse.js';
import { OrderBroadcast } from '../service/order-broadcast.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };
/** Longer than any id of an event has been; what is none of this process's is answered with a reset. */
const MAX_ID_CHARACTERS = 64;
const anEventId: Check<string> = (text) =>
  /^[\x21-\x7e]+$/.test(text) && text.length <= MAX_ID_CHARACTERS ? text : undefined;

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
      'Status events as they happen, as Server-Sent Events. An event `start` comes first where no last event is given, and has the id to come again with; an event `reset` tells that some may have been left out before it',
  })
  @ApiProduces('text/event-stream')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description:
      'The id of an event of this stream: those behind it come first, or `reset` where they are not kept',
  })
  @ApiQuery({
    name: 'lastEventId',
    required: false,
    description:
      'The same as the header, which a new EventSource of a browser cannot send. The header counts where both are given',
    schema: { type: 'string', minLength: 1, maxLength: MAX_ID_CHARACTERS },
  })
  @ApiResponse({ status: 200, description: 'The stream, which is the last answer on its connection' })
  @ApiResponse({ status: 400, description: 'lastEventId is not valid', schema: PROBLEM })
  @ApiResponse({
    status: 503,
    description: 'As many clients as there may be (SSE_MAX_CLIENTS) watch already',
    schema: PROBLEM,
  })
  stream(
    @Query() parameters: Parameters,
    @Headers('last-event-id') header: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    const given = takeLastEventId(parameters);
    // A browser that connects again by itself sends the address that it began with, and in the header what it has had since.
    const seen = header ?? given;
    // Who only asks for the headers is told no id, from which on events would be held.
    if (request.method === 'HEAD') return this.clients.open(request, reply);
    // Before what came in between is put together, which may be megabytes.
    this.clients.requireRoom();
    this.clients.open(request, reply, {
      first: seen === undefined ? [this.startText()] : this.textsAfter(seen),
    });
  }

  private startText(): string {
    return sseText({ event: 'start', id: this.broadcast.lastId, data: '{}' });
  }

  private textsAfter(id: string): string[] {
    const replayed = this.broadcast.after(id);
    return replayed === undefined
      ? [resetText(this.broadcast.lastId)]
      : replayed.map(({ id: eventId, value }) => eventText(eventId, value));
  }
}

/** @throws ProblemError 400. Other parameters are not looked at: a client may have one that keeps a proxy from its copy */
function takeLastEventId(parameters: Parameters): string | undefined {
  const reader = new ParameterReader(parameters);
  const id = reader.take('lastEventId', anEventId, 'the id of an event of this stream');
  reader.throwFaults('the query');
  return id;
}

const eventText = (id: string, value: Buffer): string =>
  sseText({ event: 'order-status', id, data: value.toString() });

const resetText = (id: string): string => sseText({ event: 'reset', id, data: '{}' });
