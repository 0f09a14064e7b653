import { Module } from '@nestjs/common';
import { PaymentsProducerModule } from '../producer/producer.module.js';
import { PaymentsRepositoryModule } from '../repository/repository.module.js';
import { OrderNewsIntake } from './order-news-intake.js';
import { PaymentIntake } from './payment-intake.js';
import { PaymentLookup } from './payment-lookup.js';
import { PaymentRecording } from './payment-recording.js';
import { PaymentSubmission } from './payment-submission.js';
import { PAYMENTS_METRICS, PaymentsMetrics } from './payments.metrics.js';

@Module({
  imports: [PaymentsRepositoryModule, PaymentsProducerModule],
  providers: [
    PaymentRecording,
    PaymentIntake,
    PaymentSubmission,
    OrderNewsIntake,
    PaymentLookup,
    PaymentsMetrics,
    ...PAYMENTS_METRICS,
  ],
  exports: [PaymentIntake, PaymentSubmission, OrderNewsIntake, PaymentLookup, PaymentsMetrics],
})
export class PaymentsServiceModule {}
