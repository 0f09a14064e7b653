import { KafkaName, WebhookSecrets } from '../platform/config/setting-kinds.js';
import { settingGroup } from '../platform/config/setting-group.js';

export class PaymentsSettings {
  @KafkaName() PAYMENTS_TOPIC: string = 'payments';
  @KafkaName() PAYMENT_STATUS_TOPIC: string = 'payment-status';
  @WebhookSecrets() PAYMENTS_WEBHOOK_SECRETS: string[] = [];
}

export const PAYMENTS_SETTINGS = settingGroup(PaymentsSettings, {
  context: 'payments',
  descriptions: {
    PAYMENTS_TOPIC: 'Topic that payment events come in on',
    PAYMENT_STATUS_TOPIC: 'Topic that the payment states of orders go out on',
    PAYMENTS_WEBHOOK_SECRETS:
      'Secrets that POST /api/payments/events is signed with, any one of them; with none it takes requests of this machine alone',
  },
  secrets: ['PAYMENTS_WEBHOOK_SECRETS'],
  faultsBetween({ PAYMENTS_TOPIC, PAYMENT_STATUS_TOPIC }) {
    if (PAYMENTS_TOPIC !== PAYMENT_STATUS_TOPIC) return [];
    return [`PAYMENTS_TOPIC and PAYMENT_STATUS_TOPIC are both ${PAYMENTS_TOPIC}: expected two names`];
  },
});
