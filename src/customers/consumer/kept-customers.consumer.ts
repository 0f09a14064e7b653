import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { ReceivedEvent } from '../../platform/messaging/received-event.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import { KeptCustomerIntake } from '../service/kept-customer-intake.js';

/** Customers that no topic keeps, since there is no Kafka. */
@Controller()
export class KeptCustomersConsumer {
  constructor(private readonly intake: KeptCustomerIntake) {}

  @Subscribe({ context: 'customers', topic: 'users', mode: 'shared' })
  receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    return this.intake.receive(events);
  }
}
