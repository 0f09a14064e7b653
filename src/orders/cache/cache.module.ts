import { Module } from '@nestjs/common';
import { OrdersRepositoryModule } from '../repository/repository.module.js';
import { OrderCache } from './order-cache.js';

@Module({
  imports: [OrdersRepositoryModule],
  providers: [OrderCache],
  exports: [OrderCache],
})
export class OrdersCacheModule {}
