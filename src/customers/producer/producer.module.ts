import { Module } from '@nestjs/common';
import { CustomerMessages } from './customer-messages.js';
import { CUSTOMERS_REGISTRY, CustomersRegistry } from './customers-registry.js';

@Module({
  providers: [CUSTOMERS_REGISTRY, CustomerMessages],
  exports: [CustomersRegistry, CustomerMessages],
})
export class CustomersProducerModule {}
