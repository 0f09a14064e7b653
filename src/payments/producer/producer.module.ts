import { Module } from '@nestjs/common';
import { PaymentAnnouncements } from './payment-announcements.js';

@Module({ providers: [PaymentAnnouncements], exports: [PaymentAnnouncements] })
export class PaymentsProducerModule {}
