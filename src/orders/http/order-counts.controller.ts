import { Controller, Get, Header, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { PagesUnderWay } from '../../platform/http/pages-under-way.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import type { BoundedCount } from '../model/bounded-count.js';
import { OrderLookup } from '../service/order-lookup.js';
import { FiltersOrders, parseOrderFilter } from './order-filter-query.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** How many orders a list has, as far as it is cheap to say. */
@ApiTags('orders')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/counts')
export class OrderCountsController {
  constructor(
    private readonly lookup: OrderLookup,
    private readonly pages: PagesUnderWay,
  ) {}

  @Get('orders')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary:
      'How many orders match. Where it is not exact there are at least as many: counting stops at 10,000, or, with 0, after a second',
  })
  @FiltersOrders()
  @ApiResponse({ status: 200, description: 'The count' })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many pages and counts are under way', schema: PROBLEM })
  async count(@Query() parameters: Parameters, @Req() request: FastifyRequest): Promise<BoundedCount> {
    const filter = parseOrderFilter(parameters);
    // A count may take as long as a page does, and takes a connection meanwhile.
    return this.pages.make(request, () => this.lookup.count(filter));
  }
}
