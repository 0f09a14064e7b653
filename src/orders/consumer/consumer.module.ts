import { Module } from '@nestjs/common';
import { OrdersServiceModule } from '../service/service.module.js';
import { AnnouncementsConsumer } from './announcements.consumer.js';
import { OrderEventsConsumer } from './order-events.consumer.js';
import { ORDER_EVENTS_METRICS } from './order-events.metrics.js';
import { OrderBroadcastConsumer } from './order-broadcast.consumer.js';

@Module({
  imports: [OrdersServiceModule],
  controllers: [OrderEventsConsumer, AnnouncementsConsumer, OrderBroadcastConsumer],
  providers: ORDER_EVENTS_METRICS,
})
export class OrdersConsumerModule {}
