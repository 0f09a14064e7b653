import { Module } from '@nestjs/common';
import { TrackingServiceModule } from '../service/service.module.js';
import { DeliveryEventsConsumer } from './delivery-events.consumer.js';
import { OrderStatusConsumer } from './order-status.consumer.js';

@Module({
  imports: [TrackingServiceModule],
  controllers: [DeliveryEventsConsumer, OrderStatusConsumer],
})
export class TrackingConsumerModule {}
