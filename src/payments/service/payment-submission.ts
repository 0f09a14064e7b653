import { Injectable } from '@nestjs/common';
import { Coalescer, REQUEST_LOCK_MS } from '../../platform/batching/coalescer.js';
import { Database } from '../../platform/database/database.js';
import { nextTurn } from '../../platform/event-loop-turns.js';
import { Failures } from '../../platform/failures/failures.js';
import type { PaymentEvent } from '../model/payment-event.js';
import { PaymentRecording, type RecordingOutcome } from './payment-recording.js';
import { PaymentsMetrics } from './payments.metrics.js';

/** Payment events from callers who wait for their answer; concurrent requests share a transaction. */
@Injectable()
export class PaymentSubmission {
  private readonly coalescer: Coalescer<PaymentEvent, RecordingOutcome>;

  constructor(
    private readonly database: Database,
    private readonly recording: PaymentRecording,
    private readonly metrics: PaymentsMetrics,
    failures: Failures,
  ) {
    this.coalescer = new Coalescer({
      name: { one: 'the payment event', many: 'payment events' },
      keyOf: ({ order_uid }) => order_uid,
      write: (batch) => this.write(batch),
      failures,
    });
  }

  /**
   * Resolves once the event is committed, and announced with it, or is known to conflict with another one.
   *
   * @param bytes length of the body that it came in
   * @throws TooBusyError when nothing was written for lack of room or time, and what the database says
   */
  submit(payment: PaymentEvent, bytes: number): Promise<RecordingOutcome> {
    return this.coalescer.submit(payment, bytes);
  }

  private async write(batch: readonly PaymentEvent[]): Promise<RecordingOutcome[]> {
    const outcomes = await this.database.transaction(
      async (tx) => {
        await nextTurn('request');
        return this.recording.record(tx, batch);
      },
      { lockMs: REQUEST_LOCK_MS },
    );
    this.metrics.count('http', outcomes);
    return outcomes;
  }
}
