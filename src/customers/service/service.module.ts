import { Module } from '@nestjs/common';
import { CustomersCacheModule } from '../cache/cache.module.js';
import { CustomersProducerModule } from '../producer/producer.module.js';
import { CustomersRegistry } from '../producer/customers-registry.js';
import { CustomersRepositoryModule } from '../repository/repository.module.js';
import { CustomerIntake } from './customer-intake.js';
import { CustomerLookup } from './customer-lookup.js';
import { CustomerRecords } from './customer-records.js';
import { CustomerReplay } from './customer-replay.js';
import { CustomerSnapshots } from './customer-snapshots.js';
import { CustomerState } from './customer-state.js';
import { CustomerWrites } from './customer-writes.js';
import { CustomersHealth } from './customers.health.js';
import { CUSTOMERS_METRICS } from './customers.metrics.js';
import { KeptCustomerIntake } from './kept-customer-intake.js';
import { PendingWrites } from './pending-writes.js';
import { RecordReader } from './record-reader.js';
import { RefusedRecords } from './refused-records.js';
import { WriterSchemas } from './writer-schemas.js';

@Module({
  imports: [CustomersCacheModule, CustomersProducerModule, CustomersRepositoryModule],
  providers: [
    ...CUSTOMERS_METRICS,
    {
      provide: RecordReader,
      useFactory: ({ schemas }: CustomersRegistry) => new RecordReader(new WriterSchemas(schemas)),
      inject: [CustomersRegistry],
    },
    CustomerState,
    CustomersHealth,
    PendingWrites,
    CustomerRecords,
    RefusedRecords,
    CustomerIntake,
    KeptCustomerIntake,
    CustomerSnapshots,
    CustomerReplay,
    CustomerLookup,
    CustomerWrites,
  ],
  exports: [
    CustomerState,
    CustomerIntake,
    KeptCustomerIntake,
    CustomerReplay,
    CustomerLookup,
    CustomerWrites,
  ],
})
export class CustomersServiceModule {}
