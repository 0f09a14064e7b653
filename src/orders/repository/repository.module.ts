import { Module } from '@nestjs/common';
import { OrderListRepository } from './order-list.repository.js';
import { OrderRepository } from './order.repository.js';
import { StoredOrders } from './stored-orders.js';

@Module({
  providers: [OrderRepository, OrderListRepository, StoredOrders],
  exports: [OrderRepository, OrderListRepository, StoredOrders],
})
export class OrdersRepositoryModule {}
