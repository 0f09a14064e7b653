import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CountsUnderWay } from '../../platform/http/counts-under-way.js';
import { type Parameters, refuseParameters } from '../../platform/http/request-parameters.js';
import { TroubleCounts } from '../../platform/trouble/trouble-counts.js';
import type { BoundedCount } from '../../platform/database/bounded-count.js';
import { OrderLookup } from '../service/order-lookup.js';
import { type WaitingCounts, WaitingOrders } from '../service/waiting-orders.js';
import { FiltersOrders, parseOrderFilter } from './order-filter-query.js';
import { WAITING_ORDERS } from './waiting-orders.controller.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** How many orders a list has, as far as it is cheap to say. */
@ApiTags('orders')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/counts')
export class OrderCountsController {
  constructor(
    private readonly lookup: OrderLookup,
    private readonly waiting: WaitingOrders,
    private readonly counts: CountsUnderWay,
    trouble: TroubleCounts,
  ) {
    trouble.add('disputed_orders', () => lookup.count({ paymentStatuses: ['disputed'] }));
  }

  @Get('orders')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary:
      'How many orders match. Where it is not exact there are at least as many: counting stops at 10,000, or, with 0, after a second. May be five seconds old',
  })
  @FiltersOrders()
  @ApiResponse({ status: 200, description: 'The count' })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many counts are under way', schema: PROBLEM })
  count(@Query() parameters: Parameters): Promise<BoundedCount> {
    const filter = parseOrderFilter(parameters);
    return this.counts.shared(`orders ${JSON.stringify(filter)}`, () => this.lookup.count(filter));
  }

  @Get('waiting-orders')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary:
      'How many orders wait too long, by what they wait for; counting stops at 10,000. May be five seconds old',
  })
  @ApiResponse({ status: 200, description: 'The counts' })
  @ApiResponse({ status: 400, description: 'It has no parameters', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many counts are under way', schema: PROBLEM })
  countWaiting(@Query() parameters: Parameters): Promise<WaitingCounts> {
    refuseParameters(parameters, 'is no parameter of these counts');
    return this.counts.shared(WAITING_ORDERS, () => this.waiting.counts());
  }
}
