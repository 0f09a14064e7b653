import { Module } from '@nestjs/common';
import { InventoryProducerModule } from '../producer/producer.module.js';
import { InventoryRepositoryModule } from '../repository/repository.module.js';
import { RESERVATION_METRICS, ReservationMetrics } from './reservation.metrics.js';
import { ReservationIntake } from './reservation-intake.js';
import { ReservationExpiry } from './reservation-expiry.js';
import { StockChanges } from './stock-changes.js';
import { STOCK_IMPORT_METRICS, StockImports } from './stock-imports.js';
import { StockLookup } from './stock-lookup.js';

@Module({
  imports: [InventoryRepositoryModule, InventoryProducerModule],
  providers: [
    ReservationIntake,
    ReservationMetrics,
    ...RESERVATION_METRICS,
    ReservationExpiry,
    StockChanges,
    StockImports,
    ...STOCK_IMPORT_METRICS,
    StockLookup,
  ],
  exports: [ReservationIntake, StockChanges, StockImports, StockLookup],
})
export class InventoryServiceModule {}
