import { Module } from '@nestjs/common';
import { WebhookGate } from '../../platform/http/webhooks/webhook-gate.js';
import { PaymentsSettings } from '../payments.settings.js';
import { PaymentsMetrics } from '../service/payments.metrics.js';
import { PaymentsServiceModule } from '../service/service.module.js';
import { PaymentEventsController } from './payment-events.controller.js';
import { PaymentsController } from './payments.controller.js';

@Module({
  imports: [PaymentsServiceModule],
  // The description of the API lists them in this order, and its examples are tried in it: payments come before their list.
  controllers: [PaymentEventsController, PaymentsController],
  providers: [
    {
      provide: WebhookGate,
      inject: [PaymentsSettings, PaymentsMetrics],
      useFactory: ({ PAYMENTS_WEBHOOK_SECRETS }: PaymentsSettings, metrics: PaymentsMetrics) =>
        new WebhookGate(PAYMENTS_WEBHOOK_SECRETS, () => metrics.count('http', ['unsigned'])),
    },
  ],
})
export class PaymentsHttpModule {}
