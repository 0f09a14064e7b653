import { Module } from '@nestjs/common';
import { InventoryServiceModule } from '../service/service.module.js';
import { StockController } from './stock.controller.js';
import { StockChangesController } from './stock-changes.controller.js';
import { StockImportController } from './stock-import.controller.js';

@Module({
  imports: [InventoryServiceModule],
  controllers: [StockController, StockChangesController, StockImportController],
})
export class InventoryHttpModule {}
