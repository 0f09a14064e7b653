import { Module } from '@nestjs/common';
import { CustomersServiceModule } from '../service/service.module.js';
import { KeptCustomersModule } from '../service/kept-customers.module.js';
import { KeptCustomersConsumer } from './kept-customers.consumer.js';
import { ReplayedCustomersConsumer } from './replayed-customers.consumer.js';

/** With Kafka. */
@Module({ imports: [CustomersServiceModule], controllers: [ReplayedCustomersConsumer] })
export class ReplayedCustomersModule {}

/** Without. */
@Module({ imports: [CustomersServiceModule, KeptCustomersModule], controllers: [KeptCustomersConsumer] })
export class KeptCustomersConsumerModule {}
