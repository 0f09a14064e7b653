import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DeadLetters } from '../../platform/dead-letters/dead-letters.js';
import { eachInTurns } from '../../platform/event-loop-turns.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import { describeFaults } from '../../platform/validation/field-fault.js';
import type { CarrierEvent } from '../model/carrier-event.js';
import { decodeCarrierEvent } from '../model/carrier-event.codec.js';
import { CarrierEventIntake } from '../service/carrier-event-intake.js';
import { TrackingMetrics } from '../service/tracking.metrics.js';

const refusedAtOnce = (event: ReceivedEvent, reason: string): RefusedEvent => ({
  event,
  reason,
  attempts: 1,
});

/** Events of carriers from the topic `delivery-events`. */
@Controller()
export class DeliveryEventsConsumer {
  constructor(
    private readonly intake: CarrierEventIntake,
    private readonly deadLetters: DeadLetters,
    private readonly metrics: TrackingMetrics,
  ) {}

  @Subscribe({ context: 'tracking', topic: 'delivery-events', mode: 'shared' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    const valid: { event: ReceivedEvent; group: [CarrierEvent] }[] = [];
    const invalid: RefusedEvent[] = [];
    await eachInTurns('background', events, (event) => {
      const verdict = decodeCarrierEvent(event.value);
      if (verdict.valid) valid.push({ event, group: [verdict.model] });
      else invalid.push(refusedAtOnce(event, describeFaults(verdict.faults)));
    });
    await this.intake.receive(
      valid.map(({ group }) => group),
      {
        purpose: 'background',
        alongside: async (tx, outcomes) => {
          const conflicting = valid.filter((_, index) => outcomes[index]!.conflicts.length > 0);
          const refused = conflicting.map(({ event }) =>
            refusedAtOnce(event, 'event_id is that of an event with other content, which was taken before'),
          );
          await this.deadLetters.append(tx, [...invalid, ...refused]);
        },
      },
    );
    this.metrics.countEvents('invalid', invalid.length);
  }
}
