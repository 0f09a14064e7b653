import { Module } from '@nestjs/common';
import { OrdersRepositoryModule } from '../repository/repository.module.js';
import { ORDER_CACHE_METRICS } from './order-cache.metrics.js';
import { OrderCache } from './order-cache.js';
import { OrderCacheWarmUp } from './order-cache-warm-up.js';

@Module({
  imports: [OrdersRepositoryModule],
  providers: [...ORDER_CACHE_METRICS, OrderCache, OrderCacheWarmUp],
  exports: [OrderCache],
})
export class OrdersCacheModule {}
