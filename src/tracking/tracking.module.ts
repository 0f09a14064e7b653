import { Module } from '@nestjs/common';
import type { Context } from '../platform/context.js';
import { TrackingConsumerModule } from './consumer/consumer.module.js';
import { TrackingHttpModule } from './http/http.module.js';
import { TRACKING_API } from './http/tracking.api.js';
import { TRACKING_ENTITIES } from './repository/tracking.entities.js';
import { Tracking1796472000000 } from './repository/tracking.migration.js';
import { TRACKING_SETTINGS, TrackingSettings } from './tracking.settings.js';

@Module({ imports: [TrackingConsumerModule] })
class TrackingModule {}

/** Where parcels are, and what that makes of the orders that they belong to. */
export const tracking: Context = {
  name: 'tracking',
  settings: TRACKING_SETTINGS,
  entities: TRACKING_ENTITIES,
  migrations: [Tracking1796472000000],
  topics(settings) {
    const { DELIVERY_EVENTS_TOPIC, SHIPMENT_STATUS_TOPIC } = settings.of(TrackingSettings);
    return { 'delivery-events': DELIVERY_EVENTS_TOPIC, 'shipment-status': SHIPMENT_STATUS_TOPIC };
  },
  consumes: ['delivery-events', 'order-status'],
  api: () => TRACKING_API,
  events: async () => (await import('./tracking.events.js')).TRACKING_EVENTS,
  module: ({ ROLES }) => ({
    module: TrackingModule,
    imports: ROLES.includes('api') ? [TrackingHttpModule] : [],
  }),
};
