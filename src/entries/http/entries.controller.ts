import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendAnswer } from '../../platform/http/answer.js';
import { schemaRef } from '../../platform/http/api-facts.js';
import { DEFAULT_LIMIT, linkToNextPage } from '../../platform/http/pages.js';
import { PagesUnderWay } from '../../platform/http/pages-under-way.js';
import { EntryLookup } from '../service/entry-lookup.js';
import { jsonAnswer } from './change-answer.js';
import { entryAnswer } from './entry-answers.js';
import { ForInstance, OfOneEntry } from './entry-decorators.js';
import { cursorBehind, listQueryOf, MAX_LIMIT } from './entry-list-query.js';
import { entryKeyOf } from './entry-parameters.js';
import { ENTRIES_PATH, EntriesRoute } from './entry-route.js';

/** Look-ups of cache entries. */
@ApiTags('entries')
@ApiProduces('application/json', 'application/problem+json')
@Controller('v1/cache')
export class EntriesController {
  constructor(
    private readonly lookup: EntryLookup,
    private readonly pages: PagesUnderWay,
  ) {}

  @Get()
  @EntriesRoute('list')
  @ForInstance()
  @ApiOperation({
    summary:
      'A page of keys that have a value, sorted by their bytes in UTF-8; the Link header leads to the next one, also from a page with fewer than asked for',
  })
  @ApiQuery({ name: 'prefix', required: false, schema: { type: 'string' } })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
  })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @ApiResponse({
    status: 200,
    description: 'The page',
    schema: { type: 'array', items: { type: 'string' } },
  })
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = listQueryOf(request);
    const { keys, next } = await this.pages.make(request, () => this.lookup.page(query));
    if (next !== undefined) {
      reply.header('link', linkToNextPage(ENTRIES_PATH, request.url, cursorBehind(next)));
    }
    await sendAnswer(reply, jsonAnswer(200, JSON.stringify(keys)));
  }

  @Get(':key')
  @EntriesRoute('get')
  @OfOneEntry()
  @ApiOperation({ summary: 'An entry; what was put there as another type than JSON comes as it came' })
  @ApiHeader({ name: 'If-None-Match', required: false })
  @ApiResponse({ status: 200, description: 'The entry, with its ETag', schema: schemaRef('Entry') })
  @ApiResponse({ status: 304, description: 'It is still what If-None-Match names' })
  @ApiResponse({
    status: 403,
    description: 'A page wants as a script or a style what somebody else has put here',
    schema: schemaRef('EntryProblem'),
  })
  @ApiResponse({ status: 404, description: 'There is no value', schema: schemaRef('EntryProblem') })
  async find(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { entry } = await this.lookup.find(entryKeyOf(request));
    await sendAnswer(reply, entryAnswer(entry, request));
  }
}
