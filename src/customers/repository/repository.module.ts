import { Module } from '@nestjs/common';
import { KeptCustomerRepository } from './kept-customer.repository.js';
import { RefusedRecordRepository } from './refused-record.repository.js';

@Module({
  providers: [KeptCustomerRepository, RefusedRecordRepository],
  exports: [KeptCustomerRepository, RefusedRecordRepository],
})
export class CustomersRepositoryModule {}
