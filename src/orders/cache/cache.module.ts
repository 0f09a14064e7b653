import { Module } from '@nestjs/common';
import { OrdersRepositoryModule } from '../repository/repository.module.js';
import { OrderCache } from './order-cache.js';
import { OrderCacheWarmUp } from './order-cache-warm-up.js';

@Module({
  imports: [OrdersRepositoryModule],
  providers: [OrderCache, OrderCacheWarmUp],
  exports: [OrderCache],
})
export class OrdersCacheModule {}
