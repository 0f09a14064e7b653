import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendAnswer } from '../../platform/http/answer.js';
import { schemaRef } from '../../platform/http/api-facts.js';
import { DEFAULT_LIMIT, linkToNextPage } from '../../platform/http/pages.js';
import { PagesUnderWay } from '../../platform/http/pages-under-way.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import { CustomersSettings } from '../customers.settings.js';
import { CustomerLookup } from '../service/customer-lookup.js';
import { CustomerAnswers, DATA_LAG } from './customer-answers.js';
import {
  cursorAfter,
  MAX_FILTER_CHARACTERS,
  MAX_LIMIT,
  parseCustomerListQuery,
} from './customer-list-query.js';
import { customersPath } from './customers-path.js';

const PROBLEM = schemaRef('Problem');
const IDS = { type: 'array', items: { type: 'string' } };

/** Look-ups of customers. The prefix of the routes is a setting. */
@ApiTags('customers')
@ApiProduces('application/json', 'application/problem+json')
@Controller('users')
export class CustomersController {
  private readonly path: string;

  constructor(
    private readonly lookup: CustomerLookup,
    private readonly answers: CustomerAnswers,
    private readonly pages: PagesUnderWay,
    settings: CustomersSettings,
  ) {
    this.path = customersPath(settings);
  }

  @Get()
  @ApiOperation({
    summary:
      'A page of account ids, sorted by their bytes in UTF-8; the Link header leads to the next one, also from a page with fewer than asked for',
  })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
  })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @ApiQuery({
    name: 'filter',
    required: false,
    description: 'Only ids that contain this text',
    schema: { type: 'string', minLength: 1, maxLength: MAX_FILTER_CHARACTERS },
  })
  @ApiResponse({ status: 200, description: 'The page', schema: IDS })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({
    status: 503,
    description: 'Not all customers are known yet, or too many pages are under way',
    schema: PROBLEM,
  })
  async list(
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const unready = this.answers.unready(request.url);
    if (unready !== undefined) return void (await sendAnswer(reply, unready));
    const query = parseCustomerListQuery(parameters);
    const { ids, next } = await this.pages.make(request, () => this.lookup.page(query));
    if (next !== undefined) reply.header('link', linkToNextPage(this.path, request.url, cursorAfter(next)));
    reply
      .header(DATA_LAG, String(this.lookup.lagSeconds()))
      .header('cache-control', 'no-store')
      .header('content-type', 'application/json; charset=utf-8');
    await reply.send(JSON.stringify(ids));
  }

  @Get(':account_id')
  @ApiOperation({ summary: 'One customer, out of memory' })
  @ApiParam({ name: 'account_id', schema: { type: 'string' } })
  @ApiHeader({ name: 'If-None-Match', required: false })
  @ApiResponse({ status: 200, description: 'The customer, with its ETag', schema: schemaRef('Customer') })
  @ApiResponse({ status: 304, description: 'It is still what If-None-Match names' })
  @ApiResponse({ status: 400, description: 'The path is no UTF-8 with percent-encoding', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such customer', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Not all customers are known yet', schema: PROBLEM })
  async find(
    @Param('account_id') accountId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendAnswer(reply, this.answers.one(accountId, request));
  }
}
