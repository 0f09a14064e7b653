import { Module } from '@nestjs/common';
import { OrdersCacheModule } from '../cache/cache.module.js';
import { OrdersProducerModule } from '../producer/producer.module.js';
import { OrdersRepositoryModule } from '../repository/repository.module.js';
import { DemoLives } from './demo-lives.js';
import { KeyedOrders } from './keyed-orders.js';
import { ORDER_INTAKE_METRICS, OrderIntakeMetrics } from './order-intake.metrics.js';
import { LifeIntake } from './life-intake.js';
import { LifeWriter } from './life-writer.js';
import { LIFE_METRICS, LifeMetrics } from './life.metrics.js';
import { OrderIntake } from './order-intake.js';
import { OrderLookup } from './order-lookup.js';
import { ORDER_EXPORT_METRICS, OrderExportMetrics } from './order-exports.metrics.js';
import { OrderExports } from './order-exports.js';
import { OrderBroadcast } from './order-broadcast.js';
import { OrderHistory } from './order-history.js';
import { OrderSearch } from './order-search.js';
import { SearchFill } from './search-fill.js';
import { OrderNotes } from './order-notes.js';
import { OrderRates } from './order-rates.js';
import { OrderSubmission } from './order-submission.js';
import { OrderVersionStream } from './order-version-stream.js';
import { StatusSubmission } from './status-submission.js';
import { WaitingAnnouncements } from './waiting-announcements.js';
import { WaitingOrders } from './waiting-orders.js';
import { WaitsFill } from './waits-fill.js';

@Module({
  imports: [OrdersRepositoryModule, OrdersCacheModule, OrdersProducerModule],
  providers: [
    ...ORDER_INTAKE_METRICS,
    ...LIFE_METRICS,
    ...ORDER_EXPORT_METRICS,
    LifeMetrics,
    OrderIntakeMetrics,
    KeyedOrders,
    OrderIntake,
    OrderSubmission,
    OrderLookup,
    OrderBroadcast,
    LifeWriter,
    LifeIntake,
    WaitingAnnouncements,
    StatusSubmission,
    DemoLives,
    OrderHistory,
    OrderVersionStream,
    OrderSearch,
    SearchFill,
    WaitsFill,
    OrderNotes,
    OrderRates,
    OrderExportMetrics,
    OrderExports,
    WaitingOrders,
  ],
  exports: [
    OrderIntake,
    OrderSubmission,
    OrderLookup,
    OrderBroadcast,
    LifeIntake,
    StatusSubmission,
    DemoLives,
    OrderHistory,
    OrderVersionStream,
    OrderSearch,
    OrderNotes,
    OrderRates,
    OrderExports,
    WaitingOrders,
  ],
})
export class OrdersServiceModule {}
