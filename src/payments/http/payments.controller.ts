import { invalidParameter } from '../../platform/http/invalid-request.js';
import { applyDecorators, Controller, Get, Header, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BoundedCount } from '../../platform/database/bounded-count.js';
import { CountsUnderWay } from '../../platform/http/counts-under-way.js';
import { linkToNextPage } from '../../platform/http/pages.js';
import { PagesUnderWay } from '../../platform/http/pages-under-way.js';
import { ProblemError } from '../../platform/http/problem.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import { isUrlSafeId } from '../../platform/validation/url-safe-id.js';
import { PaymentLookup } from '../service/payment-lookup.js';
import { cursorAfter, MAX_LIMIT, parsePaymentFilter, parsePaymentListQuery } from './payment-list-query.js';
import { viewOf, viewWithLedger } from './payment-views.js';

const PAYMENTS_PATH = '/api/payments';
const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** A route that takes a filter of payments, as it describes itself. */
const FiltersPayments = (): MethodDecorator =>
  applyDecorators(
    ApiQuery({
      name: 'status',
      required: false,
      description: 'One or more payment states, separated by commas',
      schema: { type: 'string' },
    }),
    ApiQuery({
      name: 'due',
      required: false,
      description: 'refund, void, or both, separated by a comma: orders of which one of them is due',
      schema: { type: 'string' },
    }),
    ApiQuery({
      name: 'waiting',
      required: false,
      description: 'Whether the payments wait for their order',
      schema: { type: 'string', enum: ['true', 'false'] },
    }),
  );

/** How it stands with the money of orders. */
@ApiTags('payments')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api')
export class PaymentsController {
  constructor(
    private readonly lookup: PaymentLookup,
    private readonly pages: PagesUnderWay,
    private readonly counts: CountsUnderWay,
  ) {}

  @Get('payments')
  @ApiOperation({
    summary:
      'A page of orders by how it stands with their money, the last that was heard of first, those included that have payments and are not there yet; the Link header leads to the next one',
  })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: 50 },
  })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @FiltersPayments()
  @ApiResponse({ status: 200, description: 'The page' })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many pages are under way', schema: PROBLEM })
  async list(
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { limit, after, filter } = parsePaymentListQuery(parameters);
    const page = await this.pages.make(request, () => this.lookup.list(filter, limit, after));
    if (page.next !== undefined) {
      reply.header('link', linkToNextPage(PAYMENTS_PATH, request.url, cursorAfter(page.next)));
    }
    await send(reply, page.orders.map(viewOf));
  }

  @Get('counts/payments')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary:
      'How many orders such a list has. Where it is not exact there are at least as many: counting stops at 10,000, or, with 0, after a second. May be five seconds old',
  })
  @FiltersPayments()
  @ApiResponse({ status: 200, description: 'The count' })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many counts are under way', schema: PROBLEM })
  count(@Query() parameters: Parameters): Promise<BoundedCount> {
    const filter = parsePaymentFilter(parameters);
    return this.counts.shared(`payments ${JSON.stringify(filter)}`, () => this.lookup.count(filter));
  }

  @Get('orders/:order_uid/payments')
  @ApiOperation({ summary: 'The payment events of an order, in the order of arrival, and what they come to' })
  @ApiParam({ name: 'order_uid', schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' } })
  @ApiResponse({ status: 200, description: 'The ledger and the balance' })
  @ApiResponse({ status: 400, description: 'No order can have this id', schema: PROBLEM })
  @ApiResponse({
    status: 404,
    description: 'Neither the order nor a payment of it is known',
    schema: PROBLEM,
  })
  @ApiResponse({ status: 503, description: 'Too many pages are under way', schema: PROBLEM })
  async ofOrder(
    @Param('order_uid') orderUid: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!isUrlSafeId(orderUid)) {
      const detail = 'must be 1 to 64 letters, digits, hyphens and underscores';
      throw invalidParameter('order_uid', detail);
    }
    // A ledger may be as long as a page of orders.
    const found = await this.pages.make(request, () => this.lookup.ofOrder(orderUid));
    if (found === undefined) throw new ProblemError(404, 'neither this order nor a payment of it is known');
    await send(reply, viewWithLedger(found));
  }
}

async function send(reply: FastifyReply, body: object): Promise<void> {
  reply.header('cache-control', 'no-store').header('content-type', 'application/json; charset=utf-8');
  await reply.send(JSON.stringify(body));
}
