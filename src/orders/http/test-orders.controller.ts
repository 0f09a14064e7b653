import { Body, Controller, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Environment } from '../../platform/config/environment.js';
import { ProblemError } from '../../platform/http/problem.js';
import { ReadsBody } from '../../platform/http/request-bodies.js';
import { mayMakeOrdersUp, OrdersSettings } from '../orders.settings.js';
import { DemoLives } from '../service/demo-lives.js';
import { OrderSubmission } from '../service/order-submission.js';
import { MAX_COUNT, parseTestOrdersRequest } from './test-orders-request.js';

const NO_BODY = Buffer.alloc(0);
const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** For demonstrations: made-up orders that take the whole way that real ones take. */
@ApiTags('orders')
@Controller('api/orders/test')
export class TestOrdersController {
  constructor(
    private readonly submission: OrderSubmission,
    private readonly lives: DemoLives,
    private readonly settings: OrdersSettings,
    private readonly environment: Environment,
  ) {}

  @Post()
  @ReadsBody()
  @ApiOperation({
    summary:
      'Sends random valid orders to the topic of order events; they are stored a moment later, and lead a life if asked to',
  })
  @ApiQuery({
    name: 'count',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MAX_COUNT, default: 1 },
  })
  @ApiBody({ required: false, schema: { $ref: '#/components/schemas/TestOrdersRequest' } })
  @ApiResponse({ status: 202, description: 'On their way; Location is where the first will be' })
  @ApiResponse({ status: 400, description: 'count or life is not valid', schema: PROBLEM })
  @ApiResponse({
    status: 403,
    description: 'The setting DEMO is off, as it is by default where others can reach the port',
    schema: PROBLEM,
  })
  @ApiResponse({ status: 413, description: 'Larger than 1 MiB', schema: PROBLEM })
  @ApiResponse({
    status: 503,
    description:
      'Too many were made up lately, wait to be sent, or lead their lives; Retry-After tells when to come again',
    schema: PROBLEM,
  })
  async send(
    @Query() query: Readonly<Record<string, string | string[]>>,
    @Body() body: Buffer = NO_BODY,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!mayMakeOrdersUp(this.settings, this.environment)) {
      throw new ProblemError(403, 'orders are not made up here: the setting DEMO is off');
    }
    const { count, life } = parseTestOrdersRequest(query, body);
    const orderUids = await (life ? this.lives.begin(count) : this.submission.sendTestOrders(count));
    const first = orderUids[0]!;
    await reply
      .status(202)
      .header('location', `/api/orders/${first}`)
      .header('cache-control', 'no-store')
      .send(orderUids.length === 1 ? { order_uid: first } : { order_uid: first, order_uids: orderUids });
  }
}
