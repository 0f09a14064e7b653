import { Controller, Headers, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../../platform/http/problem.js';
import type { LineFault } from '../model/import-row.js';
import { StockImports } from '../service/stock-imports.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };
const MEDIA_TYPE = 'text/csv';

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
  @ApiConsumes(MEDIA_TYPE)
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
    // Whoever stops reading in the middle still has to be answered on the connection.
    const body = raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    const result = await this.imports.take(body).catch((error: unknown) => {
      throw raw.destroyed && !raw.complete ? new ProblemError(400, 'the body is not whole') : error;
    });
    if (result.outcome !== 'applied') throw refusalOf(result.outcome, result.faults);
    const { outcome: _applied, ...counts } = result;
    await reply
      .status(200)
      .header('cache-control', 'no-store')
      .header('content-type', JSON_TYPE)
      .send(JSON.stringify(counts));
  }
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** @throws ProblemError 415 */
function requireCsv(contentType: string | undefined): void {
  if (contentType?.split(';', 1)[0]?.trim().toLowerCase() === MEDIA_TYPE) return;
  const detail = `must be ${MEDIA_TYPE}`;
  throw new ProblemError(415, `Content-Type ${detail}`, {
    errors: [{ path: 'Content-Type', detail }],
    headers: { accept: MEDIA_TYPE },
  });
}

function refusalOf(outcome: 'invalid' | 'below reserved', faults: readonly LineFault[]): ProblemError {
  const errors = faults.map(({ line, detail }) => ({ path: `line ${line}`, detail }));
  const [first] = errors;
  const others = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
  return new ProblemError(
    outcome === 'invalid' ? 400 : 409,
    `nothing of the file is applied: ${first!.path} ${first!.detail}${others}`,
    { errors },
  );
}
