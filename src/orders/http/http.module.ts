import { Module } from '@nestjs/common';
import { OrdersServiceModule } from '../service/service.module.js';
import { HotOrders } from './hot-orders.js';
import { OrderCountsController } from './order-counts.controller.js';
import { OrderEventsController } from './order-events.controller.js';
import { OrderExportsController } from './order-exports.controller.js';
import { OrderHistoryController } from './order-history.controller.js';
import { OrderLifeController } from './order-life.controller.js';
import { OrderNotesController } from './order-notes.controller.js';
import { OrderRatesController } from './order-rates.controller.js';
import { OrderReplacementController } from './order-replacement.controller.js';
import { OrderStreamController } from './order-stream.controller.js';
import { OrdersController } from './orders.controller.js';
import { SearchController } from './search.controller.js';
import { TestOrdersController } from './test-orders.controller.js';
import { WaitingOrdersController } from './waiting-orders.controller.js';

@Module({
  imports: [OrdersServiceModule],
  controllers: [
    TestOrdersController,
    OrdersController,
    OrderReplacementController,
    OrderLifeController,
    OrderHistoryController,
    OrderNotesController,
    OrderEventsController,
    OrderStreamController,
    SearchController,
    OrderCountsController,
    OrderExportsController,
    WaitingOrdersController,
    OrderRatesController,
  ],
  providers: [HotOrders],
})
export class OrdersHttpModule {}
