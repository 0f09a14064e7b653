import { Module } from '@nestjs/common';
import { CustomersSettings } from '../customers.settings.js';
import { CustomerMemory } from './customer-memory.js';

@Module({
  providers: [
    {
      provide: CustomerMemory,
      useFactory: ({ CUSTOMERS_MAX_BYTES: maxBytes }: CustomersSettings) => new CustomerMemory({ maxBytes }),
      inject: [CustomersSettings],
    },
  ],
  exports: [CustomerMemory],
})
export class CustomersCacheModule {}
