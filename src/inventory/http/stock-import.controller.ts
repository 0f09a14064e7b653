import { Controller, Headers, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  IMPORT_MEDIA_TYPE,
  refusedFile,
  requireCsv,
  takeFile,
} from '../../platform/import-file/import-request.js';
import { StockImports } from '../service/stock-imports.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** Files of counts, which are read as they come in: a route whose bodies are held takes 1 MiB at most. */
@ApiTags('inventory')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/inventory/import')
export class StockImportController {
  constructor(private readonly imports: StockImports) {}

  @Post()
  @ApiOperation({
    summary:
      'Registers things and sets what is on hand of them, out of a CSV file of up to 1,000,000 rows; a file that is not valid as a whole changes nothing',
  })
  @ApiConsumes(IMPORT_MEDIA_TYPE)
  @ApiBody({ schema: { type: 'string', description: 'chrt_id, nm_id and on_hand, named by the first line' } })
  @ApiResponse({
    status: 200,
    description: 'All is applied, but for what was reserved meanwhile',
    schema: { $ref: '#/components/schemas/StockImport' },
  })
  @ApiResponse({ status: 400, description: 'Not valid; every fault is named by its line', schema: PROBLEM })
  @ApiResponse({
    status: 409,
    description: 'More is reserved than some lines say; they are named',
    schema: PROBLEM,
  })
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
    const result = await takeFile(raw, reply.raw, (body) => this.imports.take(body));
    if (result.outcome !== 'applied')
      throw refusedFile(result.outcome === 'invalid' ? 400 : 409, result.faults);
    const { outcome: _applied, ...counts } = result;
    await reply
      .status(200)
      .header('cache-control', 'no-store')
      .header('content-type', JSON_TYPE)
      .send(JSON.stringify(counts));
  }
}

const JSON_TYPE = 'application/json; charset=utf-8';
