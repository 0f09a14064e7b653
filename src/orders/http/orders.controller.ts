import { Body, Controller, Get, Headers, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendAnswer } from '../../platform/http/answer.js';
import {
  IdempotencyKeys,
  type KeyClaim,
  type RepeatableAnswer,
} from '../../platform/http/idempotency-keys.js';
import { requireJson } from '../../platform/http/json-body.js';
import { MayBeKeyed, ReadsJson } from '../../platform/http/json-request.decorator.js';
import { linkToNextPage } from '../../platform/http/pages.js';
import { PagesUnderWay } from '../../platform/http/pages-under-way.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import { OrderValidator } from '../model/order-validator.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import { OrderLookup } from '../service/order-lookup.js';
import { OrderSubmission } from '../service/order-submission.js';
import { orderAnswer } from './order-answer.js';
import { FiltersOrders } from './order-filter-query.js';
import { cursorAfter, LIST_VIEWS, MAX_LIMIT, parseOrderListQuery } from './order-list-query.js';
import { requireOrderUid, validOrder } from './order-request.js';
import { ORDERS_PATH, receiptAnswer } from './receipt-answer.js';

const ORDER = { $ref: '#/components/schemas/Order' };
const PROBLEM = { $ref: '#/components/schemas/Problem' };

@ApiTags('orders')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/orders')
export class OrdersController {
  constructor(
    private readonly lookup: OrderLookup,
    private readonly submission: OrderSubmission,
    private readonly validator: OrderValidator,
    private readonly idempotencyKeys: IdempotencyKeys,
    private readonly pages: PagesUnderWay,
  ) {}

  @Get()
  @ApiOperation({
    summary:
      'A page of orders, newest received first, of 4 MiB or so at most; the Link header leads to the next one',
  })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: 50 },
  })
  @ApiQuery({
    name: 'view',
    required: false,
    description: 'Whole orders, or what a row of a list shows of each',
    schema: { type: 'string', enum: [...LIST_VIEWS], default: 'full' },
  })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @FiltersOrders()
  @ApiResponse({ status: 200, description: 'The page', schema: { type: 'array', items: ORDER } })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many pages are under way', schema: PROBLEM })
  async list(
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { limit, view, after, filter } = parseOrderListQuery(parameters);
    const page = await this.pages.make(request, () =>
      view === 'summary'
        ? this.lookup.listSummaries(filter, limit, after)
        : this.lookup.list(filter, limit, after),
    );
    if (page.next !== undefined) {
      reply.header('link', linkToNextPage(ORDERS_PATH, request.url, cursorAfter(page.next)));
    }
    reply.header('cache-control', 'no-store').header('content-type', 'application/json; charset=utf-8');
    await reply.send(`[${page.orders.map((order) => order.text).join(',')}]`);
  }

  @Get(':order_uid')
  @ApiOperation({ summary: 'One order, field for field as it came in' })
  @ApiParam({ name: 'order_uid', schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' } })
  @ApiHeader({ name: 'If-None-Match', required: false })
  @ApiResponse({ status: 200, description: 'The order, with its ETag', schema: ORDER })
  @ApiResponse({ status: 304, description: 'It is still what If-None-Match names' })
  @ApiResponse({ status: 400, description: 'No order can have this id', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such order', schema: PROBLEM })
  async find(
    @Param('order_uid') orderUid: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireOrderUid(orderUid);
    const { entry, from } = await this.lookup.find(orderUid);
    await sendAnswer(reply, orderAnswer({ orderUid, entry, cached: from !== 'store' }, request));
  }

  @Post()
  @ReadsJson()
  @ApiOperation({ summary: 'Stores an order; the answer comes once it is committed' })
  @MayBeKeyed()
  @ApiBody({ schema: ORDER })
  @ApiResponse({ status: 201, description: 'Stored' })
  @ApiResponse({
    status: 200,
    description: 'The same content was there already, or other content was replaced',
  })
  @ApiResponse({ status: 400, description: 'Not a valid order; every fault is named', schema: PROBLEM })
  @ApiResponse({
    status: 409,
    description:
      'A request with this Idempotency-Key is under way; or the order can get no other content, since a parcel has moved or its life is beyond that',
    schema: PROBLEM,
  })
  @ApiResponse({
    status: 503,
    description:
      'Cannot be stored at the moment. When the database was lost at the last moment it may have been stored all the same; sending it again is safe',
    schema: PROBLEM,
  })
  async submit(
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireJson(contentType);
    const incoming = validOrder(this.validator, body);
    const answerTo = (receipt: OrderReceipt): RepeatableAnswer =>
      receiptAnswer(receipt, incoming.totalsMatch);
    const store = async (claim?: KeyClaim): Promise<RepeatableAnswer> => {
      const keyed = claim && { claim, answerTo };
      return answerTo(await this.submission.submit({ ...incoming, keyed }, body!.length));
    };
    const answer = await this.idempotencyKeys.onceIfKeyed({ field: idempotencyKey, body: body! }, store);
    await reply.status(answer.status).headers(answer.headers).send(answer.body);
  }
}
