import { Body, Controller, Headers, Param, Post, Put, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseIfMatch } from '../../platform/http/conditional.js';
import {
  IdempotencyKeys,
  type KeyClaim,
  type RepeatableAnswer,
} from '../../platform/http/idempotency-keys.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import { requireJson } from '../../platform/http/json-body.js';
import { MayBeKeyed, ReadsJson } from '../../platform/http/json-request.decorator.js';
import type { StockReceipt } from '../model/stock-change.js';
import { decodeAdjustment, decodeCount } from '../model/stock-request.js';
import { StockChanges } from '../service/stock-changes.js';
import { CHRT_ID, INVENTORY_PATH, receiptAnswer, requireChrtId } from './stock-answer.js';

/** Whose Idempotency-Keys these are. */
const POST_ADJUSTMENT = `POST ${INVENTORY_PATH}/:chrt_id/adjustments`;
const LEVEL = { $ref: '#/components/schemas/StockLevel' };
const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** What is counted, comes in, and goes out for other reasons than orders. */
@ApiTags('inventory')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/inventory')
export class StockChangesController {
  constructor(
    private readonly changes: StockChanges,
    private readonly idempotencyKeys: IdempotencyKeys,
  ) {}

  @Put(':chrt_id')
  @ReadsJson()
  @ApiOperation({ summary: 'Registers a thing, or sets what is on hand of it' })
  @ApiParam(CHRT_ID)
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag that the level was read with, a list of them, or * for any',
  })
  @ApiBody({ schema: { $ref: '#/components/schemas/StockCount' } })
  @ApiResponse({ status: 200, description: 'It is so now; with its ETag', schema: LEVEL })
  @ApiResponse({ status: 201, description: 'It is registered; with its ETag', schema: LEVEL })
  @ApiResponse({ status: 400, description: 'Not valid; every fault is named', schema: PROBLEM })
  @ApiResponse({ status: 409, description: 'More is reserved than that', schema: PROBLEM })
  @ApiResponse({ status: 412, description: 'It has another ETag, or is not registered', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Cannot be stored at the moment', schema: PROBLEM })
  async count(
    @Param('chrt_id') text: string,
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Headers('if-match') ifMatchField: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const chrtId = requireChrtId(text);
    requireJson(contentType);
    const ifMatch = ifMatchField === undefined ? undefined : parseIfMatch(ifMatchField, 'the level');
    const verdict = decodeCount(body ?? null);
    if (!verdict.valid) throw invalidRequest('the count of stock', verdict.faults);
    const { nm_id: nmId, on_hand: onHand, by } = verdict.model;
    const change = { kind: 'count', chrtId, nmId, onHand, by, ...(ifMatch && { ifMatch }) } as const;
    const receipt = await this.changes.submit({ change }, body!.length);
    await send(reply, receiptAnswer(receipt, request.url));
  }

  @Post(':chrt_id/adjustments')
  @ReadsJson()
  @ApiOperation({ summary: 'Adds to what is on hand of a thing, or takes from it' })
  @ApiParam(CHRT_ID)
  @MayBeKeyed(', and nothing is adjusted twice')
  @ApiBody({ schema: { $ref: '#/components/schemas/StockAdjustment' } })
  @ApiResponse({ status: 200, description: 'It is so now; with its ETag', schema: LEVEL })
  @ApiResponse({ status: 400, description: 'Not valid; every fault is named', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'Nobody has registered the thing', schema: PROBLEM })
  @ApiResponse({
    status: 409,
    description: 'More is reserved than that, or a request with this Idempotency-Key is under way',
    schema: PROBLEM,
  })
  @ApiResponse({
    status: 503,
    description:
      'Cannot be stored at the moment. When the database was lost at the last moment it may have been stored all the same; sending it again is safe with an Idempotency-Key alone',
    schema: PROBLEM,
  })
  async adjust(
    @Param('chrt_id') text: string,
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const chrtId = requireChrtId(text);
    requireJson(contentType);
    const verdict = decodeAdjustment(body ?? null);
    if (!verdict.valid) throw invalidRequest('the adjustment of stock', verdict.faults);
    const change = { kind: 'adjustment', chrtId, ...verdict.model } as const;
    const answerTo = (receipt: StockReceipt): RepeatableAnswer => receiptAnswer(receipt, request.url);
    const adjust = async (claim?: KeyClaim): Promise<RepeatableAnswer> => {
      const keyed = claim && { claim, answerTo };
      return answerTo(await this.changes.submit({ change, ...(keyed && { keyed }) }, body!.length));
    };
    // One key may be used for several things.
    const route = POST_ADJUSTMENT.replace(':chrt_id', String(chrtId));
    const answer = await this.idempotencyKeys.onceIfKeyed(
      { field: idempotencyKey, route, body: body! },
      adjust,
    );
    await send(reply, answer);
  }
}

const send = (reply: FastifyReply, { status, headers, body }: RepeatableAnswer): FastifyReply =>
  reply.status(status).headers(headers).send(body);
