import { Module } from '@nestjs/common';
import { OrdersServiceModule } from '../service/service.module.js';
import { HotOrders } from './hot-orders.js';
import { OrderEventsController } from './order-events.controller.js';
import { OrderHistoryController } from './order-history.controller.js';
import { OrderLifeController } from './order-life.controller.js';
import { OrderReplacementController } from './order-replacement.controller.js';
import { OrderStreamController } from './order-stream.controller.js';
import { OrdersController } from './orders.controller.js';
import { SearchController } from './search.controller.js';
import { TestOrdersController } from './test-orders.controller.js';

@Module({
  imports: [OrdersServiceModule],
  controllers: [
    TestOrdersController,
    OrdersController,
    OrderReplacementController,
    OrderLifeController,
    OrderHistoryController,
    OrderEventsController,
    OrderStreamController,
    SearchController,
  ],
  providers: [HotOrders],
})
export class OrdersHttpModule {}
