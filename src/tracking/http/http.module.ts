import { Module } from '@nestjs/common';
import { WebhookGate } from '../../platform/http/webhooks/webhook-gate.js';
import { TrackingMetrics } from '../service/tracking.metrics.js';
import { TrackingServiceModule } from '../service/service.module.js';
import { TrackingSettings } from '../tracking.settings.js';
import { ShipmentsController } from './shipments.controller.js';
import { TrackingController } from './tracking.controller.js';
import { TrackingEventsController } from './tracking-events.controller.js';

@Module({
  imports: [TrackingServiceModule],
  controllers: [TrackingEventsController, TrackingController, ShipmentsController],
  providers: [
    {
      provide: WebhookGate,
      inject: [TrackingSettings, TrackingMetrics],
      useFactory: ({ TRACKING_WEBHOOK_SECRETS }: TrackingSettings, metrics: TrackingMetrics) =>
        new WebhookGate(TRACKING_WEBHOOK_SECRETS, () => metrics.countEvents('unsigned', 1)),
    },
  ],
})
export class TrackingHttpModule {}
