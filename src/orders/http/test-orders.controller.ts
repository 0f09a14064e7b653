import { Controller, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ProblemError } from '../../platform/http/problem.js';
import { ParameterReader } from '../../platform/http/request-parameters.js';
import { OrdersSettings } from '../orders.settings.js';
import { OrderSubmission } from '../service/order-submission.js';

const MAX_COUNT = 1_000;

/** For demonstrations: made-up orders that take the whole way that real ones take. */
@ApiTags('orders')
@Controller('api/orders/test')
export class TestOrdersController {
  constructor(
    private readonly submission: OrderSubmission,
    private readonly settings: OrdersSettings,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Sends random valid orders to the topic of order events; they are stored a moment later',
  })
  @ApiQuery({
    name: 'count',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MAX_COUNT, default: 1 },
  })
  @ApiResponse({ status: 202, description: 'On their way; Location is where the first will be' })
  @ApiResponse({
    status: 400,
    description: 'count is not valid',
    schema: { $ref: '#/components/schemas/Problem' },
  })
  @ApiResponse({
    status: 403,
    description: 'The setting DEMO is off',
    schema: { $ref: '#/components/schemas/Problem' },
  })
  @ApiResponse({
    status: 503,
    description: 'Too many were made up lately, or wait to be sent; Retry-After tells when to come again',
    schema: { $ref: '#/components/schemas/Problem' },
  })
  async send(
    @Query() { count, ...unknown }: Readonly<Record<string, string | string[]>>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (this.settings.DEMO === 'off') {
      throw new ProblemError(403, 'orders are not made up here: the setting DEMO is off');
    }
    refuseUnknown(Object.keys(unknown));
    const orderUids = await this.submission.sendTestOrders(parseCount(count));
    const first = orderUids[0]!;
    await reply
      .status(202)
      .header('location', `/api/orders/${first}`)
      .header('cache-control', 'no-store')
      .send(orderUids.length === 1 ? { order_uid: first } : { order_uid: first, order_uids: orderUids });
  }
}

/** A misspelt count would otherwise send one order. */
function refuseUnknown(names: readonly string[]): void {
  const reader = new ParameterReader(Object.fromEntries(names.map((name) => [name, ''])));
  reader.refuseOthers('is not a parameter of this request');
  reader.throwFaults('the query');
}

function parseCount(text: string | string[] | undefined): number {
  if (text === undefined) return 1;
  const count = typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MAX_COUNT) return count;
  const detail = `must be a whole number from 1 to ${MAX_COUNT}`;
  throw new ProblemError(400, `count ${detail}`, { errors: [{ path: 'count', detail }] });
}
