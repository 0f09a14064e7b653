import { Controller, Get, Headers, Param, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventStreams } from '../../platform/http/event-streams.js';
import { ProblemError } from '../../platform/http/problem.js';
import { aWholeNumber } from '../../platform/http/request-parameters.js';
import { type EventStream, sseText } from '../../platform/http/sse.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { StoredVersion } from '../model/stored-version.js';
import { OrderVersionStream } from '../service/order-version-stream.js';
import { noSuchOrder, requireOrderUid } from './order-request.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };
/** As the type of the column has it. */
const MAX_VERSION = 2_147_483_647;
const aVersion = aWholeNumber(0, MAX_VERSION);
const EXPECTED_ID = 'must be the id of an event of this stream, which is a version, or 0 for all';

/** The versions of one order as they come about, as Server-Sent Events; the channels of the stream are orders. */
@ApiTags('orders')
@Controller('api/orders')
export class OrderEventsController {
  private readonly clients: EventStream;
  /** Requests that the stream is not open for yet. */
  private opening = 0;

  constructor(
    private readonly versions: OrderVersionStream,
    streams: EventStreams,
    lifecycle: Lifecycle,
  ) {
    const clients = streams.add();
    this.clients = clients;
    versions.showTo({
      get orderUids() {
        return clients.watchedChannels ?? [];
      },
      show: (orderUid, version) => clients.publish(versionText(version), orderUid),
    });
    lifecycle.onDrain('the clients of the streams of orders', () => clients.end());
  }

  @Get(':order_uid/events')
  @ApiOperation({ summary: 'The versions of an order as they come about, as Server-Sent Events' })
  @ApiProduces('text/event-stream')
  @ApiParam({ name: 'order_uid', schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' } })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description:
      'The last version that was seen: all later ones come first. 0 for all that the history holds',
  })
  @ApiResponse({ status: 200, description: 'The stream, which is the last answer on its connection' })
  @ApiResponse({ status: 400, description: 'Last-Event-ID, or order_uid, is not valid', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such order', schema: PROBLEM })
  @ApiResponse({
    status: 503,
    description: 'As many clients as there may be (SSE_MAX_CLIENTS) watch already',
    schema: PROBLEM,
  })
  async stream(
    @Param('order_uid') orderUid: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireOrderUid(orderUid);
    const seen = parseLastEventId(lastEventId);
    if (request.method === 'HEAD') return this.clients.open(request, reply);
    this.clients.requireRoom(this.opening);
    this.opening++;
    try {
      const isThere = await this.versions.join(orderUid, seen, (first) =>
        this.clients.open(request, reply, { channel: orderUid, first: first.map(versionText) }),
      );
      if (!isThere) throw noSuchOrder(orderUid);
    } finally {
      this.opening--;
    }
  }
}

/** @throws ProblemError 400 */
function parseLastEventId(field: string | undefined): number | undefined {
  if (field === undefined) return undefined;
  const seen = aVersion(field);
  if (seen !== undefined) return seen;
  throw new ProblemError(400, `Last-Event-ID ${EXPECTED_ID}`, {
    errors: [{ path: 'Last-Event-ID', detail: EXPECTED_ID }],
  });
}

const versionText = (version: StoredVersion): string =>
  sseText({ event: 'order-version', id: String(version.version), data: JSON.stringify(version) });
