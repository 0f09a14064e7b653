import { Module } from '@nestjs/common';
import { OrderListRepository } from './order-list.repository.js';
import { OrderRepository } from './order.repository.js';

@Module({
  providers: [OrderRepository, OrderListRepository],
  exports: [OrderRepository, OrderListRepository],
})
export class OrdersRepositoryModule {}
