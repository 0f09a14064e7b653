import { applyDecorators, Body, Controller, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { parseIfMatch } from '../../platform/http/conditional.js';
import {
  IdempotencyKeys,
  type KeyClaim,
  type RepeatableAnswer,
} from '../../platform/http/idempotency-keys.js';
import { requireJson } from '../../platform/http/json-body.js';
import { MayBeKeyed, ReadsJson } from '../../platform/http/json-request.decorator.js';
import type { StatusReceipt } from '../model/status-receipt.js';
import { StatusSubmission } from '../service/status-submission.js';
import { requireOrderUid } from './order-request.js';
import { statusAnswer } from './status-answer.js';
import { parseCancelRequest, parseStatusRequest, type RequestedStatus } from './status-request.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

interface RequestHeaders {
  readonly 'content-type'?: string;
  readonly 'if-match'?: string;
  readonly 'idempotency-key'?: string;
}

/** A request for a status, as it came. */
interface StatusCall {
  readonly orderUid: string;
  readonly action: 'status' | 'cancel';
  readonly body: Buffer;
  readonly headers: RequestHeaders;
}

const NO_BODY = Buffer.alloc(0);

/** What both ways to ask for a status share. */
const asksForStatus = (body: string, mustHaveBody: boolean): MethodDecorator =>
  applyDecorators(
    HttpCode(200),
    ReadsJson(),
    ApiParam({ name: 'order_uid', schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' } }),
    ApiHeader({ name: 'If-Match', required: false, description: 'The ETag that the order was read with' }),
    MayBeKeyed(),
    ApiBody({ required: mustHaveBody, schema: { $ref: `#/components/schemas/${body}` } }),
    ApiResponse({ status: 200, description: 'It has the status, or had it; with its ETag' }),
    ApiResponse({ status: 400, description: 'The body, or a header, is not valid', schema: PROBLEM }),
    ApiResponse({ status: 404, description: 'There is no such order', schema: PROBLEM }),
    ApiResponse({
      status: 409,
      description:
        'The status does not follow on the one that it has, and those that do are named; or a request with this Idempotency-Key is under way',
      schema: PROBLEM,
    }),
    ApiResponse({ status: 412, description: 'It has another ETag by now', schema: PROBLEM }),
    ApiResponse({ status: 503, description: 'Cannot be stored at the moment', schema: PROBLEM }),
  );

/** Moves an order along the table of its life. */
@ApiTags('orders')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/orders')
export class OrderLifeController {
  constructor(
    private readonly submission: StatusSubmission,
    private readonly idempotencyKeys: IdempotencyKeys,
  ) {}

  @Post(':order_uid/status')
  @asksForStatus('StatusRequest', true)
  @ApiOperation({ summary: 'Gives an order a status that follows on the one that it has' })
  async setStatus(
    @Param('order_uid') orderUid: string,
    @Body() body: Buffer = NO_BODY,
    @Headers() headers: RequestHeaders,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireOrderUid(orderUid);
    requireJson(headers['content-type']);
    const asked = parseStatusRequest(body);
    const answer = await this.answerTo({ orderUid, action: 'status', body, headers }, asked);
    await reply.status(answer.status).headers(answer.headers).send(answer.body);
  }

  @Post(':order_uid/cancel')
  @asksForStatus('CancelRequest', false)
  @ApiOperation({ summary: 'Cancels an order of which no parcel has moved' })
  async cancel(
    @Param('order_uid') orderUid: string,
    @Body() body: Buffer = NO_BODY,
    @Headers() headers: RequestHeaders,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireOrderUid(orderUid);
    if (body.length > 0) requireJson(headers['content-type']);
    const asked = parseCancelRequest(body);
    const answer = await this.answerTo({ orderUid, action: 'cancel', body, headers }, asked);
    await reply.status(answer.status).headers(answer.headers).send(answer.body);
  }

  private async answerTo(call: StatusCall, asked: RequestedStatus): Promise<RepeatableAnswer> {
    const { orderUid, action, body, headers } = call;
    const { 'if-match': ifMatchField, 'idempotency-key': keyField } = headers;
    const ifMatch = ifMatchField === undefined ? undefined : parseIfMatch(ifMatchField, 'the order');
    const answerTo = (receipt: StatusReceipt): RepeatableAnswer => statusAnswer(receipt, asked.status);
    const store = async (claim?: KeyClaim): Promise<RepeatableAnswer> => {
      const keyed = claim && { claim, answerTo };
      return answerTo(await this.submission.submit({ orderUid, ...asked, ifMatch, keyed }, body.length));
    };
    const route = `POST ${orderUid}/${action}`;
    return this.idempotencyKeys.onceIfKeyed({ field: keyField, route, body }, store);
  }
}
