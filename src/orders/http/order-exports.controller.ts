import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { onAnswerEnd } from '../../platform/http/answer-end.js';
import { oneOf, ParameterReader, type Parameters } from '../../platform/http/request-parameters.js';
import { OrderExports } from '../service/order-exports.js';
import { EXPORT_FORMATS, type ExportFormat, FORMAT_RULES } from './export-formats.js';
import { FiltersOrders, takeFilter } from './order-filter-query.js';

export const EXPORTS_PATH = '/api/exports/orders';
const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** All orders of a list in one file. */
@ApiTags('orders')
@ApiProduces('text/csv', 'application/jsonl', 'application/problem+json')
@Controller('api/exports')
export class OrderExportsController {
  constructor(private readonly exports: OrderExports) {}

  @Get('orders')
  @ApiOperation({
    summary:
      'All orders that match, newest received first, as a file: CSV with a row for each, or JSON Lines with each order whole and its states. One that breaks off ends with its connection cut',
  })
  @ApiQuery({
    name: 'format',
    required: false,
    schema: { type: 'string', enum: [...EXPORT_FORMATS], default: 'csv' },
  })
  @FiltersOrders()
  @ApiResponse({ status: 200, description: 'The file' })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({
    status: 503,
    description: 'As many exports as there may be (EXPORTS_MAX) are under way, or the database is away',
    schema: PROBLEM,
  })
  async export(
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const reader = new ParameterReader(parameters);
    const format =
      reader.take('format', oneOf<ExportFormat>(EXPORT_FORMATS), `one of ${EXPORT_FORMATS.join(', ')}`) ??
      'csv';
    const filter = takeFilter(reader);
    reader.refuseOthers('is not a parameter of this export');
    reader.throwFaults('the query');
    const rules = FORMAT_RULES[format];
    const headers = {
      'content-type': rules.contentType,
      'content-disposition': `attachment; filename="orders-${new Date().toISOString().slice(0, 10)}.${format}"`,
      'cache-control': 'no-store',
    };
    if (request.method === 'HEAD') {
      // A browser cannot say why a download has failed, so the page asks first.
      await this.exports.tryOut(filter);
      return void (await reply.headers(headers).send());
    }
    const stream = await this.exports.open(filter, rules);
    onAnswerEnd(reply.raw, () => stream.destroy());
    // A file without its end must not look like one with it: in HTTP/1.0 a close is the end, and a reset is none.
    stream.once('error', () => reply.raw.socket?.resetAndDestroy());
    await reply.headers(headers).send(stream);
  }
}
