import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import { nextTurn } from '../../platform/event-loop-turns.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import type { PaymentEvent } from '../model/payment-event.js';
import { PaymentRecording } from './payment-recording.js';
import { PaymentsMetrics } from './payments.metrics.js';

/** A valid payment event, and the message that it came in. */
export interface IncomingPayment {
  readonly payment: PaymentEvent;
  readonly origin: ReceivedEvent;
}

/** Payment events from the topic: the ledger, the announcements and the dead letters of a batch are one transaction. */
@Injectable()
export class PaymentIntake {
  constructor(
    private readonly database: Database,
    private readonly recording: PaymentRecording,
    private readonly deadLetters: DeadLetters,
    private readonly metrics: PaymentsMetrics,
  ) {}

  /** When it throws, nothing of the batch is stored, and it comes again. */
  async receive(incoming: readonly IncomingPayment[], invalid: readonly RefusedEvent[]): Promise<void> {
    const outcomes = await this.database.transaction(async (tx) => {
      await nextTurn('background');
      const recorded = await this.recording.record(
        tx,
        incoming.map(({ payment }) => payment),
      );
      const conflicting = incoming.filter((_, index) => recorded[index] === 'conflicting');
      await this.deadLetters.append(tx, [...invalid, ...conflicting.map(refusalOf)]);
      return recorded;
    });
    this.metrics.count('topic', outcomes);
    this.metrics.count(
      'topic',
      invalid.map(() => 'invalid' as const),
    );
  }
}

const refusalOf = ({ origin }: IncomingPayment): RefusedEvent => ({
  event: origin,
  reason: 'event_id is that of another payment event, with other content',
  attempts: 1,
});
