import { Module } from '@nestjs/common';
import { OrdersRepositoryModule } from '../repository/repository.module.js';
import { OrderCache } from './order-cache.js';
import { OrderCacheWarmUp } from './order-cache-warm-up.js';
import { REDIS_TIER_PROVIDER } from './redis-tier.provider.js';

@Module({
  imports: [OrdersRepositoryModule],
  providers: [REDIS_TIER_PROVIDER, OrderCache, OrderCacheWarmUp],
  exports: [OrderCache],
})
export class OrdersCacheModule {}
