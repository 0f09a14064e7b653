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
import { onAnswerEnd } from '../http/answer-end.js';
import { CountsUnderWay } from '../http/counts-under-way.js';
import { requireJson } from '../http/json-body.js';
import { ReadsBody } from '../http/request-bodies.js';
import type { Parameters } from '../http/request-parameters.js';
import { Turns } from '../http/turns.js';
import { DeadLetterDiscards } from './dead-letter-discards.js';
import type { DeadLetterFilter } from './dead-letter-filter.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import { DeadLetterReplays } from './dead-letter-replays.js';
import { parseBulk, parseBulkReplay } from './dead-letter-requests.js';
import { BULK, BULK_REPLAY, PROBLEM } from './dead-letter.schemas.js';
import { TakesFilter } from './filter-queries.decorator.js';
import { seenText } from './seen-letters.js';

const A_TRUTH = { required: false, schema: { type: 'boolean', default: false } };

/** A route that does something to all letters that a filter matches, or only counts them. */
const InBulk = (body: object, whenAway: string): MethodDecorator =>
  applyDecorators(
    ReadsBody(),
    Header('cache-control', 'no-store'),
    TakesFilter(),
    ApiQuery({ name: 'all', ...A_TRUTH }),
    ApiQuery({ name: 'dry_run', ...A_TRUTH }),
    ApiQuery({
      name: 'seen',
      required: false,
      description: 'What a dry run came with: nothing that came in, or failed again, since then is meant',
      schema: { type: 'string' },
    }),
    ApiBody({ required: false, schema: body }),
    ApiResponse({ status: 400, description: 'The filter is not valid, or there is none', schema: PROBLEM }),
    ApiResponse({ status: 415, description: 'The body is not application/json', schema: PROBLEM }),
    ApiResponse({
      status: 503,
      description: `Others are at it, and nothing was done; or the database is away, and ${whenAway}`,
      schema: PROBLEM,
    }),
  );

/** What a dry run tells. */
interface Matching {
  readonly matching: number;
  /** Whether there are no more. */
  readonly exact: boolean;
  readonly seen: string;
}

/** Many dead letters at once. */
@ApiTags('dead letters')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/dead-letters')
export class DeadLettersBulkController {
  /** Each goes on for as long as there are letters, with a connection for itself. */
  private readonly turns = new Turns({ name: 'bulk requests', atOnce: 2, maxWaiting: 10, maxWaitMs: 5_000 });

  constructor(
    private readonly letters: DeadLetterReader,
    private readonly replays: DeadLetterReplays,
    private readonly discards: DeadLetterDiscards,
    private readonly counts: CountsUnderWay,
  ) {}

  @Post('replay')
  @InBulk(BULK_REPLAY, 'those replayed by then are on their way')
  @ApiOperation({
    summary:
      'Sends all letters that match to the topics that they came on; the filter as query or as body. It ends when its caller leaves',
  })
  @ApiResponse({ status: 200, description: 'A dry run: how many match' })
  @ApiResponse({ status: 202, description: 'They are in the outbox: how many' })
  async replay(
    @Query() query: Parameters,
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Matching | { replayed: number }> {
    if (body !== undefined && body.length > 0) requireJson(contentType);
    const { filter, dryRun, seen } = parseBulkReplay(query, body);
    reply.status(dryRun ? 200 : 202);
    if (dryRun) return this.dryRun(filter);
    const signal = untilAnswered(reply);
    return { replayed: await this.turns.take(() => this.replays.matching(filter, { seen, signal })) };
  }

  @Post('discard')
  @HttpCode(200)
  @InBulk(BULK, 'those discarded by then are gone')
  @ApiOperation({
    summary:
      'Discards all letters that match, and their histories; the filter as query or as body. It ends when its caller leaves',
  })
  @ApiResponse({ status: 200, description: 'How many are discarded, or in a dry run, how many match' })
  async discard(
    @Query() query: Parameters,
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Matching | { discarded: number }> {
    if (body !== undefined && body.length > 0) requireJson(contentType);
    const { filter, dryRun, seen } = parseBulk(query, body);
    if (dryRun) return this.dryRun(filter);
    const signal = untilAnswered(reply);
    return { discarded: await this.turns.take(() => this.discards.matching(filter, { seen, signal })) };
  }

  private dryRun(filter: DeadLetterFilter): Promise<Matching> {
    return this.counts.fresh(async () => {
      const seen = await this.letters.seenNow();
      const { count, exact } = await this.letters.countSome(filter);
      return { matching: count, exact, seen: seenText(seen) };
    });
  }
}

/** Whoever has left cannot be told any more what was done, and may not want it any more. */
function untilAnswered(reply: FastifyReply): AbortSignal {
  const over = new AbortController();
  onAnswerEnd(reply.raw, () => over.abort());
  return over.signal;
}
