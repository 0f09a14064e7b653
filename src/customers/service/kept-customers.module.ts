import { Module } from '@nestjs/common';
import { CustomersCacheModule } from '../cache/cache.module.js';
import { CustomersRepositoryModule } from '../repository/repository.module.js';
import { KeptCustomers } from './kept-customers.js';
import { CustomersServiceModule } from './service.module.js';

/** The memory is filled from PostgreSQL. */
@Module({
  imports: [CustomersCacheModule, CustomersRepositoryModule, CustomersServiceModule],
  providers: [KeptCustomers],
})
export class KeptCustomersModule {}
