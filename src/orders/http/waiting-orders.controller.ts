import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cursorOf, DEFAULT_LIMIT, linkToNextPage, placeOf, takeLimit } from '../../platform/http/pages.js';
import { CountsUnderWay } from '../../platform/http/counts-under-way.js';
import { PagesUnderWay } from '../../platform/http/pages-under-way.js';
import {
  type Check,
  oneOf,
  ParameterReader,
  type Parameters,
} from '../../platform/http/request-parameters.js';
import { isUrlSafeId } from '../../platform/validation/url-safe-id.js';
import { type Wait, WAITS } from '../model/waiting.js';
import {
  type WaitingCounts,
  type WaitingOrder,
  WaitingOrders,
  type WaitingPlace,
} from '../service/waiting-orders.js';

const PATH = '/api/waiting/orders';
const MAX_LIMIT = 500;
/** The counts that the list and the route of counts share. */
export const WAITING_ORDERS = 'waiting orders';
const PROBLEM = { $ref: '#/components/schemas/Problem' };

const aPlace: Check<WaitingPlace> = (text) => {
  const [since = '', orderUid = '', name = ''] = placeOf(text);
  const wait = WAITS.find((one) => one === name);
  return /^\d{1,16}$/.test(since) && isUrlSafeId(orderUid) && wait !== undefined
    ? { sinceUs: Number(since), orderUid, wait }
    : undefined;
};

/** Orders that somebody should look at, since nothing has become of them for too long. */
@ApiTags('orders')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/waiting')
export class WaitingOrdersController {
  constructor(
    private readonly waiting: WaitingOrders,
    private readonly pages: PagesUnderWay,
    private readonly counts: CountsUnderWay,
  ) {}

  @Get('orders')
  @ApiOperation({
    summary:
      'Orders that wait for something longer than the settings WAITING_… allow, or of which a parcel was promised by now; those that wait the longest first. Counting stops at 10,000; the counts may be five seconds old',
  })
  @ApiQuery({
    name: 'for',
    required: false,
    description: 'What they wait for; without it all of it',
    schema: { type: 'string', enum: [...WAITS] },
  })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
  })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @ApiResponse({ status: 200, description: 'The page, and how many there are of each kind' })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many pages, or counts, are under way', schema: PROBLEM })
  async list(
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const reader = new ParameterReader(parameters);
    const limit = takeLimit(reader, MAX_LIMIT);
    const after = reader.take('cursor', aPlace, 'a cursor from the Link header of a page');
    const wait = reader.take('for', oneOf<Wait>(WAITS), `one of ${WAITS.join(', ')}`);
    reader.refuseOthers('is not a parameter of this list');
    reader.throwFaults('the query');
    const waits = wait === undefined ? WAITS : [wait];
    const [page, counts] = await Promise.all([
      this.pages.make(request, () => this.waiting.page(waits, limit, after)),
      this.counts.shared(WAITING_ORDERS, () => this.waiting.counts()),
    ]);
    if (page.next !== undefined) {
      const { sinceUs, orderUid, wait: last } = page.next;
      reply.header('link', linkToNextPage(PATH, request.url, cursorOf(sinceUs, orderUid, last)));
    }
    reply.header('cache-control', 'no-store').header('content-type', 'application/json; charset=utf-8');
    await reply.send(textOf(page.waiting, counts));
  }
}

/** The orders are JSON already, as PostgreSQL writes it. */
function textOf(waiting: readonly WaitingOrder[], counts: WaitingCounts): string {
  const entries = waiting.map(
    ({ wait, since, order }) => `{"for":"${wait}","since":"${since}","order":${order}}`,
  );
  return `{"waiting":[${entries.join(',')}],"counts":${JSON.stringify(counts)}}`;
}
