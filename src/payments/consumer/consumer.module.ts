import { Module } from '@nestjs/common';
import { PaymentsServiceModule } from '../service/service.module.js';
import { OrderStatusConsumer } from './order-status.consumer.js';
import { PaymentEventsConsumer } from './payment-events.consumer.js';

@Module({ imports: [PaymentsServiceModule], controllers: [PaymentEventsConsumer, OrderStatusConsumer] })
export class PaymentsConsumerModule {}
