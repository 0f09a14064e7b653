import { Module } from '@nestjs/common';
import { CustomersSettings } from '../customers.settings.js';
import { CustomerTable } from './customer-table.js';

@Module({
  providers: [
    {
      provide: CustomerTable,
      useFactory: ({ CUSTOMERS_MAX_BYTES: maxBytes }: CustomersSettings) => new CustomerTable({ maxBytes }),
      inject: [CustomersSettings],
    },
  ],
  exports: [CustomerTable],
})
export class CustomersCacheModule {}
