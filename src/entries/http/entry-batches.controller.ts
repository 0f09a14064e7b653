import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, sendAnswer } from '../../platform/http/answer.js';
import { schemaRef } from '../../platform/http/api-facts.js';
import { requireJson } from '../../platform/http/json-body.js';
import { PagesUnderWay } from '../../platform/http/pages-under-way.js';
import { ProblemError } from '../../platform/http/problem.js';
import type { EntryKey } from '../model/entry-key.js';
import { EntryLookup } from '../service/entry-lookup.js';
import { EntryWrites } from '../service/entry-writes.js';
import { FoundBatch, storedBatchAnswer } from './batch-answers.js';
import { batchGetKeysOf, batchSetWritesOf } from './batch-request.js';
import { ForInstance, TakesBody } from './entry-decorators.js';
import { parametersOf, requireNoFaults, takeInstance } from './entry-parameters.js';
import { EntriesRoute } from './entry-route.js';
import { refuseConditions } from './write-conditions.js';

const MIB = 1_048_576;
/** Of 100 keys, each of whose bytes may be written as an escape. */
const MAX_KEYS_BODY_BYTES = 256 * 1_024;
const MAX_ENTRIES_BODY_BYTES = 4 * MIB;
const MAX_ANSWER_BYTES = 16 * MIB;
/** Looked up at once, so that what is found beyond the bound is not much more than that. */
const KEYS_AT_ONCE = 20;
const NOTHING = Buffer.alloc(0);

/** Several cache entries in one request. */
@ApiTags('entries')
@ApiProduces('application/json', 'application/problem+json')
@Controller('v1/cache/batch')
export class EntryBatchesController {
  constructor(
    private readonly lookup: EntryLookup,
    private readonly writes: EntryWrites,
    private readonly pages: PagesUnderWay,
  ) {}

  @Post('get')
  @HttpCode(200)
  @EntriesRoute('batch_get', MAX_KEYS_BODY_BYTES)
  @ForInstance()
  @TakesBody('A body of more than 256 KiB, or entries of more than 16 MiB together')
  @ApiOperation({ summary: 'Up to 100 entries; bytes of other types than JSON come in base64' })
  @ApiBody({ schema: schemaRef('EntryKeys') })
  @ApiResponse({
    status: 200,
    description: 'Those with a value, and which have none',
    schema: schemaRef('FoundEntries'),
  })
  async get(
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const keys = batchGetKeysOf(body ?? NOTHING, batchInstanceOf(request));
    await sendAnswer(reply, await this.pages.make(request, () => this.find(keys)));
  }

  @Post('set')
  @HttpCode(200)
  @EntriesRoute('batch_set', MAX_ENTRIES_BODY_BYTES)
  @ForInstance()
  @TakesBody('A value of more than 1 MiB, or a body of more than 4 MiB')
  @ApiOperation({
    summary: 'Sets up to 100 entries, all or none; {"base64", "content_type"} as a value stands for bytes',
  })
  @ApiBody({ schema: schemaRef('NewEntries') })
  @ApiResponse({
    status: 200,
    description: 'All are set; with their versions',
    schema: schemaRef('StoredEntries'),
  })
  @ApiResponse({
    status: 202,
    description: 'They will be stored (ENTRIES_WRITE=behind)',
    schema: schemaRef('StoredEntries'),
  })
  async set(
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const instance = batchInstanceOf(request);
    refuseConditions(request.headers);
    const writes = batchSetWritesOf(body ?? NOTHING, instance);
    const receipts = writes.length === 0 ? [] : await this.writes.writeAll(writes, body?.length ?? 0);
    await sendAnswer(reply, storedBatchAnswer(writes, receipts, request.url));
  }

  private async find(keys: readonly EntryKey[]): Promise<Answer> {
    const batch = new FoundBatch();
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      const some = keys.slice(at, at + KEYS_AT_ONCE);
      const found = await this.lookup.findAll(some);
      some.forEach((key, index) => batch.add(key, found[index]));
      if (batch.bytes > MAX_ANSWER_BYTES) {
        throw new ProblemError(413, 'the entries are larger than 16 MiB together; ask for fewer');
      }
    }
    return batch.answer();
  }
}

/** The tenant of a request whose body is JSON. @throws ProblemError 400, 415 */
function batchInstanceOf(request: FastifyRequest): string {
  const reader = parametersOf(request);
  const instance = takeInstance(reader, request);
  requireNoFaults(reader);
  requireJson(request.headers['content-type']);
  return instance;
}
