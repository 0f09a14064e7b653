import { Body, Controller, Get, Headers, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  IdempotencyKeys,
  type KeyClaim,
  type RepeatableAnswer,
} from '../../platform/http/idempotency-keys.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import { requireJson } from '../../platform/http/json-body.js';
import { MayBeKeyed, ReadsJson } from '../../platform/http/json-request.decorator.js';
import { linkToNextPage } from '../../platform/http/pages.js';
import { PagesUnderWay } from '../../platform/http/pages-under-way.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import { encodeReading } from '../model/reading.js';
import { decodeReadings } from '../model/reading.codec.js';
import { ReadingLookup } from '../service/reading-lookup.js';
import { ReadingSubmission } from '../service/reading-submission.js';
import { cursorAfter, DEFAULT_LIMIT, MAX_LIMIT, parseReadingListQuery } from './reading-list-query.js';
import { storedAnswer } from './stored-answer.js';

const DATA_PATH = '/data';
/** Whose Idempotency-Keys these are. */
const POST_DATA = `POST ${DATA_PATH}`;
const READING = { $ref: '#/components/schemas/Reading' };
const READINGS = { type: 'array', items: READING };
const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** Readings: the stored ones, and new ones. */
@ApiTags('sensors')
@ApiProduces('application/json', 'application/problem+json')
@Controller('data')
export class DataController {
  constructor(
    private readonly lookup: ReadingLookup,
    private readonly submission: ReadingSubmission,
    private readonly idempotencyKeys: IdempotencyKeys,
    private readonly pages: PagesUnderWay,
  ) {}

  @Get()
  @ApiOperation({
    summary:
      'A page of readings, the last stored first, or of one sensor the newest first; the Link header leads to the next one',
  })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
  })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @ApiQuery({ name: 'sensor_id', required: false, schema: { type: 'string' } })
  @ApiQuery({
    name: 'from',
    required: false,
    description: 'timestamp at or after, in Unix seconds',
    schema: { type: 'integer', minimum: 0 },
  })
  @ApiQuery({
    name: 'to',
    required: false,
    description: 'timestamp before, in Unix seconds',
    schema: { type: 'integer', minimum: 0 },
  })
  @ApiResponse({ status: 200, description: 'The page', schema: READINGS })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many pages are under way', schema: PROBLEM })
  async list(
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { limit, after, filter } = parseReadingListQuery(parameters);
    const page = await this.pages.make(request, () => this.lookup.list(filter, limit, after));
    if (page.next !== undefined) {
      reply.header('link', linkToNextPage(DATA_PATH, request.url, cursorAfter(page.next)));
    }
    reply.header('cache-control', 'no-store').header('content-type', 'application/json; charset=utf-8');
    await reply.send(`[${page.readings.map(encodeReading).join(',')}]`);
  }

  @Post()
  @ReadsJson()
  @ApiOperation({
    summary: 'Stores a reading, or a list of up to 1,000; the answer comes once all are committed',
  })
  @MayBeKeyed(', and nothing is stored twice')
  @ApiBody({ schema: { oneOf: [READING, READINGS] } })
  @ApiResponse({ status: 201, description: 'All are stored' })
  @ApiResponse({
    status: 400,
    description: 'Not a valid reading, or list of them; every fault is named, and none is stored',
    schema: PROBLEM,
  })
  @ApiResponse({
    status: 409,
    description: 'A request with this Idempotency-Key is under way',
    schema: PROBLEM,
  })
  @ApiResponse({
    status: 503,
    description:
      'Cannot be stored at the moment. When the database was lost at the last moment it may have been stored all the same; sending it again is safe with an Idempotency-Key, and may store it twice without one',
    schema: PROBLEM,
  })
  async submit(
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireJson(contentType);
    const verdict = decodeReadings(body ?? null);
    if (!verdict.valid) throw invalidRequest('the reading', verdict.faults);
    const { readings } = verdict;
    const store = async (claim?: KeyClaim): Promise<RepeatableAnswer> => {
      const keyed = claim && { claim, answerTo: storedAnswer };
      return storedAnswer(await this.submission.submit({ readings, keyed }, body!.length));
    };
    const answer = await this.idempotencyKeys.onceIfKeyed(
      { field: idempotencyKey, route: POST_DATA, body: body! },
      store,
    );
    await reply.status(answer.status).headers(answer.headers).send(answer.body);
  }
}
