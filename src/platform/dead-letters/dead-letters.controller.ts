import {
  applyDecorators,
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiBody,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requireJson } from '../http/json-body.js';
import { ReadsBody } from '../http/request-bodies.js';
import { linkToNextPage } from '../http/pages.js';
import { PagesUnderWay } from '../http/pages-under-way.js';
import { ProblemError } from '../http/problem.js';
import type { Parameters } from '../http/request-parameters.js';
import { DeadLetterDiscards } from './dead-letter-discards.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import { DeadLetterReplays, type ReplayedLetter } from './dead-letter-replays.js';
import {
  cursorOf,
  DEFAULT_LIMIT,
  MAX_LIMIT,
  parseBulkReplay,
  parseIdParameter,
  parseListQuery,
} from './dead-letter-requests.js';
import {
  BULK_REPLAY,
  DEAD_LETTER,
  DEAD_LETTER_SUMMARY,
  FILTER_QUERIES,
  ID,
  PROBLEM,
  REPLAYED_LETTER,
} from './dead-letter.schemas.js';
import type { DeadLetterDetails, DeadLetterSummary } from './dead-letter-views.js';

const PATH = '/api/dead-letters';

const ApiFilter = (): MethodDecorator => applyDecorators(...FILTER_QUERIES.map((query) => ApiQuery(query)));

@ApiTags('dead letters')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly letters: DeadLetterReader,
    private readonly replays: DeadLetterReplays,
    private readonly discards: DeadLetterDiscards,
    private readonly pages: PagesUnderWay,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'A page of dead letters, newest first; the Link header leads to the next one' })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
  })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @ApiFilter()
  @ApiResponse({
    status: 200,
    description: 'The page',
    schema: { type: 'array', items: DEAD_LETTER_SUMMARY },
  })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  async list(
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<readonly DeadLetterSummary[]> {
    const { filter, limit, belowId } = parseListQuery(parameters);
    const page = await this.pages.make(request, () => this.letters.page(filter, limit, belowId));
    if (page.next !== undefined) {
      reply.header('link', linkToNextPage(PATH, request.url, cursorOf(page.next)));
    }
    return page.letters;
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'One dead letter, with its bytes and its newest 500 failures' })
  @ApiParam({ name: 'id', schema: ID })
  @ApiResponse({ status: 200, description: 'The letter', schema: DEAD_LETTER })
  @ApiResponse({ status: 400, description: 'No letter can have this id', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such letter', schema: PROBLEM })
  async find(@Param('id') idText: string, @Req() request: FastifyRequest): Promise<DeadLetterDetails> {
    const id = parseIdParameter(idText);
    return (await this.pages.make(request, () => this.letters.find(id))) ?? notFound(id);
  }

  @Post('replay')
  @ReadsBody()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Sends all letters that match to the topics that they came on; the filter as query or as body',
  })
  @ApiFilter()
  @ApiQuery({ name: 'all', required: false, schema: { type: 'boolean', default: false } })
  @ApiQuery({ name: 'dry_run', required: false, schema: { type: 'boolean', default: false } })
  @ApiBody({ required: false, schema: BULK_REPLAY })
  @ApiResponse({ status: 200, description: 'A dry run: how many match' })
  @ApiResponse({ status: 202, description: 'They are in the outbox: how many' })
  @ApiResponse({ status: 400, description: 'The filter is not valid, or there is none', schema: PROBLEM })
  @ApiResponse({ status: 415, description: 'The body is not application/json', schema: PROBLEM })
  @ApiResponse({
    status: 503,
    description: 'The database is away; those replayed by then are on their way',
    schema: PROBLEM,
  })
  async replayMatching(
    @Query() query: Parameters,
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ matching: number } | { replayed: number }> {
    if (body !== undefined && body.length > 0) requireJson(contentType);
    const { filter, dryRun } = parseBulkReplay(query, body);
    reply.status(dryRun ? 200 : 202);
    if (dryRun) return { matching: await this.letters.count(filter) };
    return { replayed: await this.replays.matching(filter) };
  }

  @Post(':id/replay')
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Sends a letter to the topic that it came on' })
  @ApiParam({ name: 'id', schema: ID })
  @ApiResponse({ status: 202, description: 'It is in the outbox', schema: REPLAYED_LETTER })
  @ApiResponse({ status: 400, description: 'No letter can have this id', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such letter', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'The database is away; nothing was replayed', schema: PROBLEM })
  async replay(@Param('id') idText: string): Promise<ReplayedLetter> {
    const id = parseIdParameter(idText);
    return (await this.replays.one(id)) ?? notFound(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Discards a letter and its history' })
  @ApiParam({ name: 'id', schema: ID })
  @ApiResponse({ status: 204, description: 'It is gone' })
  @ApiResponse({ status: 400, description: 'No letter can have this id', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such letter', schema: PROBLEM })
  async discard(@Param('id') idText: string): Promise<void> {
    const id = parseIdParameter(idText);
    if (!(await this.discards.one(id))) notFound(id);
  }
}

function notFound(id: number): never {
  throw new ProblemError(404, `there is no dead letter ${id}`);
}
