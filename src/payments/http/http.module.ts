import { Module } from '@nestjs/common';
import { WebhookGate } from '../../platform/http/webhooks/webhook-gate.js';
import { PaymentsSettings } from '../payments.settings.js';
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
      inject: [PaymentsSettings],
      useFactory: ({ PAYMENTS_WEBHOOK_SECRETS }: PaymentsSettings) =>
        new WebhookGate(PAYMENTS_WEBHOOK_SECRETS),
    },
  ],
})
export class PaymentsHttpModule {}
