import { Module } from '@nestjs/common';
import { OrdersCacheModule } from '../cache/cache.module.js';
import { OrdersProducerModule } from '../producer/producer.module.js';
import { OrdersRepositoryModule } from '../repository/repository.module.js';
import { KeyedOrders } from './keyed-orders.js';
import { ORDER_INTAKE_METRICS, OrderIntakeMetrics } from './order-intake.metrics.js';
import { OrderIntake } from './order-intake.js';
import { OrderLookup } from './order-lookup.js';
import { OrderBroadcast } from './order-broadcast.js';
import { OrderSubmission } from './order-submission.js';

@Module({
  imports: [OrdersRepositoryModule, OrdersCacheModule, OrdersProducerModule],
  providers: [
    ...ORDER_INTAKE_METRICS,
    OrderIntakeMetrics,
    KeyedOrders,
    OrderIntake,
    OrderSubmission,
    OrderLookup,
    OrderBroadcast,
  ],
  exports: [OrderIntake, OrderSubmission, OrderLookup, OrderBroadcast],
})
export class OrdersServiceModule {}
