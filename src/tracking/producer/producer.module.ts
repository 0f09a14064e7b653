import { Module } from '@nestjs/common';
import { ShipmentAnnouncements } from './shipment-announcements.js';

@Module({ providers: [ShipmentAnnouncements], exports: [ShipmentAnnouncements] })
export class TrackingProducerModule {}
