import { Module } from '@nestjs/common';
import { InventoryProducerModule } from '../producer/producer.module.js';
import { InventoryRepositoryModule } from '../repository/repository.module.js';
import { ORDER_INTAKE_METRICS, OrderIntakeMetrics } from './order-intake.metrics.js';
import { OrderIntake } from './order-intake.js';
import { ReservationExpiry } from './reservation-expiry.js';
import { StockChanges } from './stock-changes.js';
import { STOCK_IMPORT_METRICS, StockImports } from './stock-imports.js';
import { StockLookup } from './stock-lookup.js';

@Module({
  imports: [InventoryRepositoryModule, InventoryProducerModule],
  providers: [
    OrderIntake,
    OrderIntakeMetrics,
    ...ORDER_INTAKE_METRICS,
    ReservationExpiry,
    StockChanges,
    StockImports,
    ...STOCK_IMPORT_METRICS,
    StockLookup,
  ],
  exports: [OrderIntake, StockChanges, StockImports, StockLookup],
})
export class InventoryServiceModule {}
