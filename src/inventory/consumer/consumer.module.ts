import { Module } from '@nestjs/common';
import { InventoryServiceModule } from '../service/service.module.js';
import { OrderStatusConsumer } from './order-status.consumer.js';

@Module({ imports: [InventoryServiceModule], controllers: [OrderStatusConsumer] })
export class InventoryConsumerModule {}
