import { Body, Controller, Get, Headers, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
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
import { parseIfMatch } from '../../platform/http/conditional.js';
import {
  IdempotencyKeys,
  type KeyClaim,
  parseIdempotencyKey,
  type RepeatableAnswer,
} from '../../platform/http/idempotency-keys.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import { requireJson } from '../../platform/http/json-body.js';
import { linkToNextPage } from '../../platform/http/pages.js';
import { PagesUnderWay } from '../../platform/http/pages-under-way.js';
import { problemAnswer } from '../../platform/http/problem-answer.js';
import { ReadsBody } from '../../platform/http/request-bodies.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import type { StockReceipt } from '../model/stock-change.js';
import { decodeAdjustment, decodeCount } from '../model/stock-request.js';
import { StockChanges } from '../service/stock-changes.js';
import { StockLookup } from '../service/stock-lookup.js';
import {
  encodeLevel,
  encodeMovement,
  INVENTORY_PATH,
  levelAnswer,
  receiptAnswer,
  requireChrtId,
  unregistered,
} from './stock-answer.js';
import { cursorAfter, MAX_LIMIT, parseMovementListQuery, parseStockListQuery } from './stock-list-query.js';

/** Whose Idempotency-Keys these are. */
const POST_ADJUSTMENT = `POST ${INVENTORY_PATH}/:chrt_id/adjustments`;
const LEVEL = { $ref: '#/components/schemas/StockLevel' };
const PROBLEM = { $ref: '#/components/schemas/Problem' };
const CHRT_ID = { name: 'chrt_id', schema: { type: 'integer', format: 'int64', minimum: 0 } };
const LIMIT = {
  name: 'limit',
  required: false,
  schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: 50 },
};
const CURSOR = { name: 'cursor', required: false, schema: { type: 'string' } };
const JSON_TYPE = 'application/json; charset=utf-8';

/** What there is of each thing, and what is reserved of it. */
@ApiTags('inventory')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/inventory')
export class StockController {
  constructor(
    private readonly lookup: StockLookup,
    private readonly changes: StockChanges,
    private readonly idempotencyKeys: IdempotencyKeys,
    private readonly pages: PagesUnderWay,
  ) {}

  @Get()
  @ApiOperation({ summary: 'A page of stock, by chrt_id; the Link header leads to the next one' })
  @ApiQuery(LIMIT)
  @ApiQuery(CURSOR)
  @ApiQuery({ name: 'nm_id', required: false, schema: { type: 'integer', format: 'int64', minimum: 0 } })
  @ApiQuery({
    name: 'below',
    required: false,
    description: 'only what has fewer pieces available',
    schema: { type: 'integer', format: 'int64', minimum: 1 },
  })
  @ApiResponse({ status: 200, description: 'The page', schema: { type: 'array', items: LEVEL } })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many pages are under way', schema: PROBLEM })
  async list(
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { limit, after, filter } = parseStockListQuery(parameters);
    const { levels, next } = await this.pages.make(request, () => this.lookup.list(filter, limit, after));
    if (next !== undefined)
      reply.header('link', linkToNextPage(INVENTORY_PATH, request.url, cursorAfter(next)));
    reply.header('cache-control', 'no-store').header('content-type', JSON_TYPE);
    await reply.send(`[${levels.map(encodeLevel).join(',')}]`);
  }

  @Get(':chrt_id')
  @ApiOperation({ summary: 'What there is of one thing' })
  @ApiParam(CHRT_ID)
  @ApiHeader({ name: 'If-None-Match', required: false })
  @ApiResponse({ status: 200, description: 'The level, with its ETag', schema: LEVEL })
  @ApiResponse({ status: 304, description: 'It is still what If-None-Match names' })
  @ApiResponse({ status: 400, description: 'No thing can have this chrt_id', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'Nobody has registered it', schema: PROBLEM })
  async find(
    @Param('chrt_id') text: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const chrtId = requireChrtId(text);
    await sendAnswer(reply, levelAnswer(chrtId, await this.lookup.find(chrtId), request));
  }

  @Get(':chrt_id/movements')
  @ApiOperation({
    summary: 'A page of the journal of one thing, newest first; the Link header leads to the next one',
  })
  @ApiParam(CHRT_ID)
  @ApiQuery(LIMIT)
  @ApiQuery(CURSOR)
  @ApiResponse({
    status: 200,
    description: 'The page',
    schema: { type: 'array', items: { $ref: '#/components/schemas/StockMovement' } },
  })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'Nobody has registered the thing', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many pages are under way', schema: PROBLEM })
  async movements(
    @Param('chrt_id') text: string,
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const chrtId = requireChrtId(text);
    const { limit, after } = parseMovementListQuery(parameters);
    const page = await this.pages.make(request, () => this.lookup.movements(chrtId, limit, after));
    // What is registered has a line that says so.
    if (page.movements.length === 0 && after === undefined) {
      await sendAnswer(reply, problemAnswer(unregistered(chrtId), request.url));
      return;
    }
    if (page.next !== undefined) {
      const path = `${INVENTORY_PATH}/${chrtId}/movements`;
      reply.header('link', linkToNextPage(path, request.url, cursorAfter(page.next)));
    }
    reply.header('cache-control', 'no-store').header('content-type', JSON_TYPE);
    await reply.send(`[${page.movements.map(encodeMovement).join(',')}]`);
  }

  @Put(':chrt_id')
  @ReadsBody()
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
  @ApiResponse({ status: 413, description: 'Larger than 1 MiB', schema: PROBLEM })
  @ApiResponse({ status: 415, description: 'Not application/json', schema: PROBLEM })
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
    const { nm_id: nmId, on_hand: onHand } = verdict.model;
    const change = { kind: 'count', chrtId, nmId, onHand, ...(ifMatch && { ifMatch }) } as const;
    const receipt = await this.changes.submit({ change }, body!.length);
    await send(reply, receiptAnswer(receipt, request.url));
  }

  @Post(':chrt_id/adjustments')
  @ReadsBody()
  @ApiOperation({ summary: 'Adds to what is on hand of a thing, or takes from it' })
  @ApiParam(CHRT_ID)
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body get the first answer again, and nothing is adjusted twice',
  })
  @ApiBody({ schema: { $ref: '#/components/schemas/StockAdjustment' } })
  @ApiResponse({ status: 200, description: 'It is so now; with its ETag', schema: LEVEL })
  @ApiResponse({ status: 400, description: 'Not valid; every fault is named', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'Nobody has registered the thing', schema: PROBLEM })
  @ApiResponse({
    status: 409,
    description: 'More is reserved than that, or a request with this Idempotency-Key is under way',
    schema: PROBLEM,
  })
  @ApiResponse({ status: 413, description: 'Larger than 1 MiB', schema: PROBLEM })
  @ApiResponse({ status: 415, description: 'Not application/json', schema: PROBLEM })
  @ApiResponse({
    status: 422,
    description: 'This Idempotency-Key came with another body before',
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
    const adjust = async (claim?: KeyClaim): Promise<RepeatableAnswer> => {
      const keyed = claim && { claim, answerTo: (done: StockReceipt) => receiptAnswer(done, request.url) };
      return receiptAnswer(
        await this.changes.submit({ change, ...(keyed && { keyed }) }, body!.length),
        request.url,
      );
    };
    // One key may be used for several things.
    const route = POST_ADJUSTMENT.replace(':chrt_id', String(chrtId));
    const answer =
      idempotencyKey === undefined
        ? await adjust()
        : await this.idempotencyKeys.once(parseIdempotencyKey(idempotencyKey, route), body!, adjust);
    await send(reply, answer);
  }
}

const send = (reply: FastifyReply, { status, headers, body }: RepeatableAnswer): FastifyReply =>
  reply.status(status).headers(headers).send(body);
