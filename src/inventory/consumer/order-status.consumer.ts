import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { eachInTurns } from '../../platform/event-loop-turns.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import { describeFaults } from '../../platform/validation/field-fault.js';
import type { OrderEvent } from '../model/order-event.js';
import { decodeOrderEvent } from '../model/order-event.codec.js';
import { ReservationIntake } from '../service/reservation-intake.js';

/** What becomes of orders, from the topic `order-status`. */
@Controller()
export class OrderStatusConsumer {
  constructor(private readonly intake: ReservationIntake) {}

  @Subscribe({ context: 'inventory', topic: 'order-status', mode: 'shared' })
  async receive(@Payload() received: readonly ReceivedEvent[]): Promise<void> {
    const events: OrderEvent[] = [];
    const refused: RefusedEvent[] = [];
    await eachInTurns('background', received, (event) => {
      const verdict = decodeOrderEvent(event.value);
      if (!verdict.valid) refused.push({ event, reason: describeFaults(verdict.faults), attempts: 1 });
      else if (verdict.model !== undefined) events.push(verdict.model);
    });
    if (events.length + refused.length > 0) await this.intake.receive(events, refused);
  }
}
