import { Controller, Headers, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  IMPORT_MEDIA_TYPE,
  refusedFile,
  requireCsv,
  takeFile,
} from '../../platform/import-file/import-request.js';
import { UserImports } from '../service/user-imports.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const rows = (description: string) => ({ type: 'integer', description });
const COUNTS = {
  rows: rows('Rows of the file'),
  created: rows('Users that were new'),
  changed: rows('Users of whom something else was known'),
  unchanged: rows('Users of whom the same was known'),
};
const USER_IMPORT = { type: 'object', required: Object.keys(COUNTS), properties: COUNTS };
const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** Files of users, which are read as they come in: a route whose bodies are held takes 1 MiB at most. */
@ApiTags('promos')
@ApiProduces('application/json', 'application/problem+json')
@Controller('v1/users/import')
export class UserImportController {
  constructor(private readonly imports: UserImports) {}

  @Post()
  @ApiOperation({
    summary:
      'Creates and changes users, out of a CSV file of up to 1,000,000 rows; a file that is not valid as a whole changes nothing',
  })
  @ApiConsumes(IMPORT_MEDIA_TYPE)
  @ApiBody({
    schema: { type: 'string', description: 'user_id, deeplink and promo_message, named by the first line' },
  })
  @ApiResponse({
    status: 200,
    description: 'All is applied',
    schema: USER_IMPORT,
  })
  @ApiResponse({ status: 400, description: 'Not valid; every fault is named by its line', schema: PROBLEM })
  @ApiResponse({ status: 415, description: 'Not text/csv', schema: PROBLEM })
  @ApiResponse({
    status: 503,
    description: 'Another file is under way, or the program stops; sending the file again is safe',
    schema: PROBLEM,
  })
  async import(
    @Headers('content-type') contentType: string | undefined,
    @Req() { raw }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireCsv(contentType);
    const result = await takeFile(raw, reply.raw, (body, gone) => this.imports.take(body, gone));
    if (result.outcome === 'invalid') throw refusedFile(400, result.faults);
    await reply
      .status(200)
      .header('cache-control', 'no-store')
      .header('content-type', JSON_TYPE)
      .send(JSON.stringify(result.counts));
  }
}
