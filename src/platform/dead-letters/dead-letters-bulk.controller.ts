import {
  applyDecorators,
  Body,
  Controller,
  Header,
  Headers,
  HttpCode,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiBody, ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { requireJson } from '../http/json-body.js';
import { ReadsBody } from '../http/request-bodies.js';
import type { Parameters } from '../http/request-parameters.js';
import { DeadLetterDiscards } from './dead-letter-discards.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import { DeadLetterReplays } from './dead-letter-replays.js';
import { parseBulk, parseBulkReplay } from './dead-letter-requests.js';
import { BULK, BULK_REPLAY, PROBLEM } from './dead-letter.schemas.js';
import { TakesFilter } from './filter-queries.decorator.js';

const A_TRUTH = { required: false, schema: { type: 'boolean', default: false } };

/** A route that does something to all letters that a filter matches, or only counts them. */
const InBulk = (body: object, whenAway: string): MethodDecorator =>
  applyDecorators(
    ReadsBody(),
    Header('cache-control', 'no-store'),
    TakesFilter(),
    ApiQuery({ name: 'all', ...A_TRUTH }),
    ApiQuery({ name: 'dry_run', ...A_TRUTH }),
    ApiBody({ required: false, schema: body }),
    ApiResponse({ status: 400, description: 'The filter is not valid, or there is none', schema: PROBLEM }),
    ApiResponse({ status: 415, description: 'The body is not application/json', schema: PROBLEM }),
    ApiResponse({ status: 503, description: `The database is away; ${whenAway}`, schema: PROBLEM }),
  );

/** Many dead letters at once. */
@ApiTags('dead letters')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/dead-letters')
export class DeadLettersBulkController {
  constructor(
    private readonly letters: DeadLetterReader,
    private readonly replays: DeadLetterReplays,
    private readonly discards: DeadLetterDiscards,
  ) {}

  @Post('replay')
  @InBulk(BULK_REPLAY, 'those replayed by then are on their way')
  @ApiOperation({
    summary: 'Sends all letters that match to the topics that they came on; the filter as query or as body',
  })
  @ApiResponse({ status: 200, description: 'A dry run: how many match' })
  @ApiResponse({ status: 202, description: 'They are in the outbox: how many' })
  async replay(
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

  @Post('discard')
  @HttpCode(200)
  @InBulk(BULK, 'those discarded by then are gone')
  @ApiOperation({
    summary: 'Discards all letters that match, and their histories; the filter as query or as body',
  })
  @ApiResponse({ status: 200, description: 'How many are discarded, or in a dry run, how many match' })
  async discard(
    @Query() query: Parameters,
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
  ): Promise<{ matching: number } | { discarded: number }> {
    if (body !== undefined && body.length > 0) requireJson(contentType);
    const { filter, dryRun } = parseBulk(query, body);
    if (dryRun) return { matching: await this.letters.count(filter) };
    return { discarded: await this.discards.matching(filter) };
  }
}
