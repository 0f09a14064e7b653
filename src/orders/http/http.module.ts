import { Module } from '@nestjs/common';
import { IdempotencyKeys } from '../../platform/http/idempotency-keys.js';
import { OrdersServiceModule } from '../service/service.module.js';
import { HotOrders } from './hot-orders.js';
import { OrderStreamController } from './order-stream.controller.js';
import { OrdersController } from './orders.controller.js';
import { TestOrdersController } from './test-orders.controller.js';

@Module({
  imports: [OrdersServiceModule],
  controllers: [TestOrdersController, OrdersController, OrderStreamController],
  providers: [IdempotencyKeys, HotOrders],
})
export class OrdersHttpModule {}
