import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { OrderRates, type Rates } from '../service/order-rates.js';

/** How much has come and gone lately. */
@ApiTags('orders')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/rates')
export class OrderRatesController {
  constructor(private readonly rates: OrderRates) {}

  @Get()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary:
      'Orders in, changes out and dead letters of the last five minutes, the oldest first and without the bucket that is under way; null where this process has not heard all there was',
  })
  @ApiResponse({ status: 200, description: 'The figures' })
  last(): Promise<Rates> {
    return this.rates.last();
  }
}
