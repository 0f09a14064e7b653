import { Module } from '@nestjs/common';
import { StatusEvents } from './status-events.js';
import { TestOrders } from './test-orders.js';

@Module({ providers: [StatusEvents, TestOrders], exports: [StatusEvents, TestOrders] })
export class OrdersProducerModule {}
