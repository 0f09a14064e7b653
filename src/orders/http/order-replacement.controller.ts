import { Body, Controller, Headers, Param, Put, Res } from '@nestjs/common';
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
import { requireJson } from '../../platform/http/json-body.js';
import { ReadsJson } from '../../platform/http/json-request.decorator.js';
import { ProblemError } from '../../platform/http/problem.js';
import { OrderValidator } from '../model/order-validator.js';
import type { OrderReceipt } from '../model/order-receipt.js';
import { OrderSubmission } from '../service/order-submission.js';
import { parseIfMatch } from '../../platform/http/conditional.js';
import { requireOrderUid, validOrder } from './order-request.js';
import { receiptAnswer } from './receipt-answer.js';

const ORDER = { $ref: '#/components/schemas/Order' };
const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** Replaces an order if the caller's If-Match names its current ETag, so that no update is lost. */
@ApiTags('orders')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/orders')
export class OrderReplacementController {
  constructor(
    private readonly submission: OrderSubmission,
    private readonly validator: OrderValidator,
  ) {}

  @Put(':order_uid')
  @ReadsJson()
  @ApiOperation({ summary: 'Replaces an order whole, if it still has the ETag that If-Match names' })
  @ApiParam({ name: 'order_uid', schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' } })
  @ApiHeader({
    name: 'If-Match',
    required: true,
    description: 'The ETag that the order was read with, a list of them, or * for any',
  })
  @ApiBody({ schema: ORDER })
  @ApiResponse({ status: 200, description: 'Replaced, or it had the same content; with its ETag' })
  @ApiResponse({
    status: 400,
    description: 'Not a valid order, not the order of the path, or If-Match is malformed',
    schema: PROBLEM,
  })
  @ApiResponse({
    status: 409,
    description: 'It can get no other content: a parcel has moved, or its life is beyond that',
    schema: PROBLEM,
  })
  @ApiResponse({
    status: 412,
    description: 'It has another ETag by now, which the answer has, or there is no such order',
    schema: PROBLEM,
  })
  @ApiResponse({ status: 428, description: 'If-Match is missing', schema: PROBLEM })
  @ApiResponse({
    status: 503,
    description:
      'Cannot be stored at the moment. When the database was lost at the last moment it may have been stored all the same; sent again it gets 412 then',
    schema: PROBLEM,
  })
  async replace(
    @Param('order_uid') orderUid: string,
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Headers('if-match') ifMatchField: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireOrderUid(orderUid);
    requireJson(contentType);
    const ifMatch = parseIfMatch(ifMatchField, 'the order');
    const valid = validOrder(this.validator, body);
    requireSameUid(valid.order.order_uid, orderUid);
    const hasWeak = ifMatch !== '*' && /W\/"/.test(ifMatchField!);
    const receipt = await this.submission.submit({ ...valid, ifMatch }, body!.length);
    if (receipt.outcome === 'mismatched') throw preconditionFailed(receipt, hasWeak);
    const answer = receiptAnswer(receipt, valid.totalsMatch);
    await reply.status(answer.status).headers(answer.headers).send(answer.body);
  }
}

function requireSameUid(inBody: string, inPath: string): void {
  if (inBody === inPath) return;
  const detail = `must be ${inPath}, as in the path, not ${inBody}`;
  throw new ProblemError(400, `order_uid ${detail}`, {
    errors: [{ path: 'order_uid', pointer: '#/order_uid', detail }],
  });
}

/** The 412 carries the order's current ETag, so that the caller can read it, decide and retry. */
function preconditionFailed({ orderUid, etag }: OrderReceipt, hasWeak: boolean): ProblemError {
  if (etag === undefined) {
    const detail = 'names an order that is not there';
    return new ProblemError(412, `there is no order ${orderUid}`, { errors: [{ path: 'If-Match', detail }] });
  }
  // A proxy that compresses makes ETags weak, and the order may be the one that was read.
  const weak = hasWeak ? '; weak ones (W/) match nothing (RFC 9110, section 13.1.1)' : '';
  const detail = `does not name the ETag that the order has now, ${etag}${weak}`;
  return new ProblemError(412, `If-Match ${detail}`, {
    errors: [{ path: 'If-Match', detail }],
    headers: { etag },
  });
}
