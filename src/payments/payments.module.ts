import { Module } from '@nestjs/common';
import type { Context } from '../platform/context.js';
import { PaymentsConsumerModule } from './consumer/consumer.module.js';
import { PaymentsHttpModule } from './http/http.module.js';
import { PAYMENTS_API } from './http/payments.api.js';
import { PAYMENTS_SETTINGS, PaymentsSettings } from './payments.settings.js';
import { BalanceEntity } from './repository/balance.entity.js';
import { LedgerEntity } from './repository/ledger.entity.js';
import { Payments1796385600000 } from './repository/payments.migration.js';

@Module({ imports: [PaymentsConsumerModule] })
class PaymentsModule {}

/** Payments of orders: a ledger of what happened to their money, and how it stands with each by that. */
export const payments: Context = {
  name: 'payments',
  settings: PAYMENTS_SETTINGS,
  entities: [LedgerEntity, BalanceEntity],
  migrations: [Payments1796385600000],
  topics(settings) {
    const { PAYMENTS_TOPIC, PAYMENT_STATUS_TOPIC } = settings.of(PaymentsSettings);
    return { payments: PAYMENTS_TOPIC, 'payment-status': PAYMENT_STATUS_TOPIC };
  },
  consumes: ['payments', 'order-status'],
  api: () => PAYMENTS_API,
  events: async () => (await import('./payments.events.js')).PAYMENTS_EVENTS,
  module: ({ ROLES }) => ({
    module: PaymentsModule,
    imports: ROLES.includes('api') ? [PaymentsHttpModule] : [],
  }),
};
