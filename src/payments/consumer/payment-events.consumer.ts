import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { eachInTurns } from '../../platform/event-loop-turns.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import { describeFaults } from '../../platform/validation/field-fault.js';
import { decodePaymentEvent } from '../model/payment-event.codec.js';
import { type IncomingPayment, PaymentIntake } from '../service/payment-intake.js';

/** Payment events from the topic `payments`. */
@Controller()
export class PaymentEventsConsumer {
  constructor(private readonly intake: PaymentIntake) {}

  @Subscribe({ context: 'payments', topic: 'payments', mode: 'shared' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    const payments: IncomingPayment[] = [];
    const refused: RefusedEvent[] = [];
    await eachInTurns('background', events, (event) => {
      const verdict = decodePaymentEvent(event.value, 'ignore');
      if (verdict.valid) payments.push({ payment: verdict.model, origin: event });
      else refused.push({ event, reason: describeFaults(verdict.faults), attempts: 1 });
    });
    await this.intake.receive(payments, refused);
  }
}
