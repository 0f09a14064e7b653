import { applyDecorators, Body, Controller, Delete, Post, Put, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendAnswer } from '../../platform/http/answer.js';
import { schemaRef } from '../../platform/http/api-facts.js';
import { EntriesSettings } from '../entries.settings.js';
import type { EntryWrite } from '../model/entry-write.js';
import { EntryWrites } from '../service/entry-writes.js';
import { changeAnswer } from './change-answer.js';
import { TakesBody, WritesOneEntry } from './entry-decorators.js';
import { deleteRequestOf, MAX_ENTRY_BODY_BYTES, setRequestOf } from './entry-request.js';
import { EntriesRoute } from './entry-route.js';

const ENTRY = schemaRef('Entry');

/** POST and PUT do the same. */
const SetsEntry = (): MethodDecorator =>
  applyDecorators(
    EntriesRoute('set', MAX_ENTRY_BODY_BYTES),
    WritesOneEntry(),
    TakesBody('A value of more than 1 MiB, or a body of more than that and 64 KiB'),
    ApiOperation({
      summary:
        'Sets an entry; a body of another type than JSON is kept as it comes, and its ttl stands in the query',
    }),
    ApiQuery({ name: 'ttl', required: false, schema: { type: 'integer', minimum: 0 } }),
    ApiBody({ schema: schemaRef('NewEntry') }),
    ApiResponse({ status: 200, description: 'It is replaced; with its ETag', schema: ENTRY }),
    ApiResponse({ status: 201, description: 'It is there from now on; with its ETag', schema: ENTRY }),
  );

/** Writes of one cache entry. */
@ApiTags('entries')
@ApiProduces('application/json', 'application/problem+json')
@Controller('v1/cache/:key')
export class EntryChangesController {
  constructor(
    private readonly writes: EntryWrites,
    private readonly settings: EntriesSettings,
  ) {}

  @Post()
  @SetsEntry()
  async post(
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.set(body, request, reply);
  }

  @Put()
  @SetsEntry()
  async put(
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.set(body, request, reply);
  }

  @Delete()
  @EntriesRoute('delete')
  @WritesOneEntry()
  @ApiOperation({ summary: 'Deletes an entry, whose version goes on' })
  @ApiResponse({ status: 204, description: 'It is gone' })
  @ApiResponse({ status: 404, description: 'There was no value', schema: schemaRef('EntryProblem') })
  async remove(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.write(deleteRequestOf(request, this.settings.ENTRIES_WRITE), 0, request, reply);
  }

  private async set(body: Buffer | undefined, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const write = setRequestOf(request, body, this.settings.ENTRIES_WRITE);
    await this.write(write, body?.length ?? 0, request, reply);
  }

  private async write(
    write: EntryWrite,
    bytes: number,
    { url }: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    await sendAnswer(reply, changeAnswer(write, await this.writes.write(write, bytes), url));
  }
}
