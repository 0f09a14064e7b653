import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { eachInTurns } from '../../platform/event-loop-turns.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import { describeFaults } from '../../platform/validation/field-fault.js';
import { decodeOrderContent, type ToldContent } from '../model/order-content.js';
import { OrderContentIntake } from '../service/order-content-intake.js';

/** What orders tell of themselves on the topic `order-status`: which track numbers they have. */
@Controller()
export class OrderStatusConsumer {
  constructor(private readonly intake: OrderContentIntake) {}

  @Subscribe({ context: 'tracking', topic: 'order-status', mode: 'shared' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    const told: ToldContent[] = [];
    const refused: RefusedEvent[] = [];
    await eachInTurns('background', events, (event) => {
      const verdict = decodeOrderContent(event.value);
      if (!verdict.valid) refused.push({ event, reason: describeFaults(verdict.faults), attempts: 1 });
      else if (verdict.content !== undefined) told.push(verdict.content);
    });
    await this.intake.receive(told, refused);
  }
}
