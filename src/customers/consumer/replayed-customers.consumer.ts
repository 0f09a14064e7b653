import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { ReceivedEvent } from '../../platform/messaging/received-event.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import { CustomerIntake } from '../service/customer-intake.js';
import { CustomerReplay } from '../service/customer-replay.js';

/** Customers from a topic that keeps them, which every process reads whole. */
@Controller()
export class ReplayedCustomersConsumer {
  constructor(
    private readonly intake: CustomerIntake,
    private readonly replay: CustomerReplay,
  ) {}

  @Subscribe({ context: 'customers', topic: 'users', mode: 'replay' })
  receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    return events.length === 0 ? this.replay.passed() : this.intake.receive(events);
  }
}
