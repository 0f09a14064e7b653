import { Module } from '@nestjs/common';
import { CustomersCacheModule } from '../cache/cache.module.js';
import { CustomerLookup } from './customer-lookup.js';
import { CustomerReading } from './customer-reading.js';
import { CustomerWrites } from './customer-writes.js';

@Module({
  imports: [CustomersCacheModule],
  providers: [CustomerLookup, CustomerReading, CustomerWrites],
  exports: [CustomerLookup, CustomerReading, CustomerWrites],
})
export class CustomersServiceModule {}
