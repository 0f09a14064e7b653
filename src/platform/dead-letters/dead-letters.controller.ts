import {
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
import { ReadsJson } from '../http/json-request.decorator.js';
import { linkToNextPage } from '../http/pages.js';
import { PagesUnderWay } from '../http/pages-under-way.js';
import { ProblemError } from '../http/problem.js';
import type { Parameters } from '../http/request-parameters.js';
import { DeadLetterDiscards } from './dead-letter-discards.js';
import { DeadLetterEdits, EditedMeanwhileError, type EditedLetter } from './dead-letter-edits.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import { DeadLetterReplays, type ReplayedLetter } from './dead-letter-replays.js';
import {
  cursorOf,
  DEFAULT_LIMIT,
  MAX_LIMIT,
  parseIdParameter,
  parseListQuery,
} from './dead-letter-requests.js';
import {
  DEAD_LETTER,
  DEAD_LETTER_SUMMARY,
  EDITED_LETTER,
  ID,
  PROBLEM,
  REPLAYED_LETTER,
} from './dead-letter.schemas.js';
import type { DeadLetterDetails, DeadLetterSummary } from './dead-letter-views.js';
import { type Edit, EDITED_EVENT, MAX_EDITED_BODY_BYTES, parseEditedEvent } from './edited-event.js';
import { TakesFilter } from './filter-queries.decorator.js';

const PATH = '/api/dead-letters';

@ApiTags('dead letters')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly letters: DeadLetterReader,
    private readonly replays: DeadLetterReplays,
    private readonly edits: DeadLetterEdits,
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
  @TakesFilter()
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

  @Post(':id/edited-replay')
  @HttpCode(202)
  @ReadsJson(MAX_EDITED_BODY_BYTES)
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary:
      "Sends something else in a letter's place, to its topic and with its key and headers, as a new event",
  })
  @ApiParam({ name: 'id', schema: ID })
  @ApiBody({ schema: EDITED_EVENT as object })
  @ApiResponse({ status: 202, description: 'It is in the outbox, as is told', schema: EDITED_LETTER })
  @ApiResponse({ status: 400, description: 'Not valid; every fault is named', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such letter', schema: PROBLEM })
  @ApiResponse({
    status: 409,
    description: 'Something else was sent in its place since it had these `edits`; nothing was sent',
    schema: PROBLEM,
  })
  @ApiResponse({ status: 503, description: 'The database is away; nothing was sent', schema: PROBLEM })
  async replayEdited(
    @Param('id') idText: string,
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
  ): Promise<EditedLetter> {
    const id = parseIdParameter(idText);
    requireJson(contentType);
    return (await this.sent(id, parseEditedEvent(body))) ?? notFound(id);
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

  private async sent(id: number, edit: Edit): Promise<EditedLetter | undefined> {
    try {
      return await this.edits.send(id, edit);
    } catch (error) {
      if (error instanceof EditedMeanwhileError) throw new ProblemError(409, error.message);
      throw error;
    }
  }
}

function notFound(id: number): never {
  throw new ProblemError(404, `there is no dead letter ${id}`);
}
