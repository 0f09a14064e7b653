import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Parameters } from '../../platform/http/request-parameters.js';
import type { BoundedCount } from '../model/bounded-count.js';
import { OrderLookup } from '../service/order-lookup.js';
import { FiltersOrders, parseOrderFilter } from './order-filter-query.js';

/** How many orders a list has, as far as it is cheap to say. */
@ApiTags('orders')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/counts')
export class OrderCountsController {
  constructor(private readonly lookup: OrderLookup) {}

  @Get('orders')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary:
      'How many orders match. Where it is not exact there are at least as many: counting stops at 10,000, or, with 0, after a second',
  })
  @FiltersOrders()
  @ApiResponse({ status: 200, description: 'The count' })
  @ApiResponse({
    status: 400,
    description: 'A parameter is not valid',
    schema: { $ref: '#/components/schemas/Problem' },
  })
  count(@Query() parameters: Parameters): Promise<BoundedCount> {
    return this.lookup.count(parseOrderFilter(parameters));
  }
}
