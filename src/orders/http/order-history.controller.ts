import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cursorOf, DEFAULT_LIMIT, linkToNextPage, placeOf, takeLimit } from '../../platform/http/pages.js';
import {
  aWholeNumber,
  type Check,
  ParameterReader,
  type Parameters,
} from '../../platform/http/request-parameters.js';
import { OrderHistory } from '../service/order-history.js';
import { noSuchOrder, requireOrderUid } from './order-request.js';
import { ORDERS_PATH } from './receipt-answer.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };
const ORDER_UID = {
  name: 'order_uid',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' },
} as const;
const MAX_LIMIT = 500;
const MAX_VERSION = 2_147_483_647;

const aVersion = aWholeNumber(1, MAX_VERSION);
const aCursor: Check<number> = (text) => aVersion(placeOf(text).join('/'));

/** What has become of an order, and how it stands. */
@ApiTags('orders')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/orders')
export class OrderHistoryController {
  constructor(private readonly history: OrderHistory) {}

  @Get(':order_uid/history')
  @ApiOperation({ summary: 'The versions of an order, oldest first; the Link header leads to the next page' })
  @ApiParam(ORDER_UID)
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
  })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @ApiResponse({ status: 200, description: 'The page' })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such order', schema: PROBLEM })
  async versions(
    @Param('order_uid') orderUid: string,
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireOrderUid(orderUid);
    const reader = new ParameterReader(parameters);
    const limit = takeLimit(reader, MAX_LIMIT);
    const after = reader.take('cursor', aCursor, 'a cursor from the Link header of a page');
    reader.refuseOthers('is not a parameter of this list');
    reader.throwFaults('the query');
    const page = await this.history.page(orderUid, after ?? 0, limit);
    if (page === undefined) throw noSuchOrder(orderUid);
    if (page.next !== undefined) {
      const path = `${ORDERS_PATH}/${orderUid}/history`;
      reply.header('link', linkToNextPage(path, request.url, cursorOf(page.next)));
    }
    await reply.header('cache-control', 'no-store').send(page.versions);
  }

  @Get(':order_uid/summary')
  @ApiOperation({
    summary: 'How an order stands: its states, what may be done now, payments, parcels and stock',
  })
  @ApiParam(ORDER_UID)
  @ApiResponse({ status: 200, description: 'The summary' })
  @ApiResponse({ status: 400, description: 'No order can have this id', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such order', schema: PROBLEM })
  async summary(@Param('order_uid') orderUid: string, @Res() reply: FastifyReply): Promise<void> {
    requireOrderUid(orderUid);
    const summary = await this.history.summary(orderUid);
    if (summary === undefined) throw noSuchOrder(orderUid);
    await reply.header('cache-control', 'no-store').send(summary);
  }
}
