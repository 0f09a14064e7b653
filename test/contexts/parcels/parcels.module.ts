import { Module } from '@nestjs/common';
import type { Context } from '../../../src/platform/context.js';
import { ParcelScansConsumer } from './consumer/parcel-scans.consumer.js';
import { ParcelsController } from './http/parcels.controller.js';
import { ParcelScanEntity } from './repository/parcel-scan.entity.js';
import { ParcelScanRepository } from './repository/parcel-scan.repository.js';
import { ParcelScans1796169600000 } from './repository/parcel-scans.migration.js';
import { PARCELS_SETTINGS, ParcelsSettings } from './parcels.settings.js';
import { ParcelLookup } from './service/parcel-lookup.js';
import { ParcelIntake } from './service/parcel-intake.js';

@Module({
  providers: [ParcelScanRepository, ParcelIntake, ParcelLookup],
  exports: [ParcelIntake, ParcelLookup],
})
class ParcelsServiceModule {}

@Module({ imports: [ParcelsServiceModule], controllers: [ParcelScansConsumer] })
class ParcelsModule {}

@Module({ imports: [ParcelsServiceModule], controllers: [ParcelsController] })
class ParcelsHttpModule {}

/** Parcels, by where they were scanned: the example of docs/architecture.md. */
export const parcels: Context = {
  name: 'parcels',
  settings: PARCELS_SETTINGS,
  entities: [ParcelScanEntity],
  migrations: [ParcelScans1796169600000],
  topics(settings) {
    const { PARCELS_TOPIC, PARCELS_MOVED_TOPIC } = settings.of(ParcelsSettings);
    return { 'parcel-scans': PARCELS_TOPIC, 'parcel-moved': PARCELS_MOVED_TOPIC };
  },
  consumes: ['parcel-scans'],
  module: ({ ROLES }) => ({
    module: ParcelsModule,
    imports: ROLES.includes('api') ? [ParcelsHttpModule] : [],
  }),
};
