import { Module } from '@nestjs/common';
import { StockStatus } from './stock-status.js';

@Module({ providers: [StockStatus], exports: [StockStatus] })
export class InventoryProducerModule {}
