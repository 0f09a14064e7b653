import { Module } from '@nestjs/common';
import { TrackingProducerModule } from '../producer/producer.module.js';
import { TrackingRepositoryModule } from '../repository/repository.module.js';
import { CarrierEventIntake } from './carrier-event-intake.js';
import { CarrierEventSubmission } from './carrier-event-submission.js';
import { OrderContentIntake } from './order-content-intake.js';
import { ParcelUpdates } from './parcel-updates.js';
import { FAN_OUT_METRICS, ShipmentFanOut } from './shipment-fan-out.js';
import { ShipmentWeighing } from './shipment-weighing.js';
import { TRACKING_METRICS, TrackingMetrics } from './tracking.metrics.js';
import { TrackingLookup } from './tracking-lookup.js';

@Module({
  imports: [TrackingRepositoryModule, TrackingProducerModule],
  providers: [
    CarrierEventIntake,
    CarrierEventSubmission,
    OrderContentIntake,
    ParcelUpdates,
    ShipmentWeighing,
    ShipmentFanOut,
    TrackingLookup,
    TrackingMetrics,
    ...TRACKING_METRICS,
    ...FAN_OUT_METRICS,
  ],
  exports: [CarrierEventIntake, CarrierEventSubmission, OrderContentIntake, TrackingLookup, TrackingMetrics],
})
export class TrackingServiceModule {}
