import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import {
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
import { linkToNextPage } from '../../platform/http/pages.js';
import { PagesUnderWay } from '../../platform/http/pages-under-way.js';
import { problemAnswer } from '../../platform/http/problem-answer.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import { STOCK_ORDERS } from '../model/stock-filter.js';
import { StockLookup } from '../service/stock-lookup.js';
import {
  CHRT_ID,
  encodeLevel,
  encodeMovement,
  INVENTORY_PATH,
  levelAnswer,
  requireChrtId,
  unregistered,
} from './stock-answer.js';
import {
  cursorAfter,
  cursorAfterMovement,
  MAX_LIMIT,
  parseMovementListQuery,
  parseStockListQuery,
} from './stock-list-query.js';

const LEVEL = { $ref: '#/components/schemas/StockLevel' };
const PROBLEM = { $ref: '#/components/schemas/Problem' };
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
    private readonly pages: PagesUnderWay,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'A page of stock, by chrt_id or what is available; the Link header leads to the next one',
  })
  @ApiQuery(LIMIT)
  @ApiQuery(CURSOR)
  @ApiQuery({ name: 'nm_id', required: false, schema: { type: 'integer', format: 'int64', minimum: 0 } })
  @ApiQuery({
    name: 'below',
    required: false,
    description: 'only what has fewer pieces available',
    schema: { type: 'integer', format: 'int64', minimum: 1 },
  })
  @ApiQuery({
    name: 'order',
    required: false,
    description: '`available` has what there is least of first',
    schema: { type: 'string', enum: [...STOCK_ORDERS], default: 'chrt_id' },
  })
  @ApiResponse({ status: 200, description: 'The page', schema: { type: 'array', items: LEVEL } })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many pages are under way', schema: PROBLEM })
  async list(
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { limit, order, after, filter } = parseStockListQuery(parameters);
    const { levels, next } = await this.pages.make(request, () =>
      this.lookup.list(filter, order, limit, after),
    );
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
      reply.header('link', linkToNextPage(path, request.url, cursorAfterMovement(page.next)));
    }
    reply.header('cache-control', 'no-store').header('content-type', JSON_TYPE);
    await reply.send(`[${page.movements.map(encodeMovement).join(',')}]`);
  }
}
