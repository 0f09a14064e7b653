import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { eachInTurns } from '../../platform/event-loop-turns.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import { describeFaults } from '../../platform/validation/field-fault.js';
import type { Announcement, Owner } from '../model/announcement.js';
import { decodeAnnouncement } from '../model/announcement.codec.js';
import { LifeIntake } from '../service/life-intake.js';

type Events = readonly ReceivedEvent[];

/** What payments, delivery tracking and inventory announce of orders, wherever they run. */
@Controller()
export class AnnouncementsConsumer {
  constructor(
    private readonly intake: LifeIntake,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  @Subscribe({ context: 'orders', topic: 'payment-status', mode: 'shared' })
  hearPayments(@Payload() events: Events): Promise<void> {
    return this.hear('payments', events);
  }

  @Subscribe({ context: 'orders', topic: 'shipment-status', mode: 'shared' })
  hearTracking(@Payload() events: Events): Promise<void> {
    return this.hear('tracking', events);
  }

  @Subscribe({ context: 'orders', topic: 'stock-status', mode: 'shared' })
  hearInventory(@Payload() events: Events): Promise<void> {
    return this.hear('inventory', events);
  }

  private async hear(owner: Owner, events: Events): Promise<void> {
    const announced: Announcement[] = [];
    const refused: RefusedEvent[] = [];
    await eachInTurns('background', events, (event) => {
      const verdict = decodeAnnouncement(owner, event.value);
      if (verdict.valid) announced.push(verdict.announcement);
      else refused.push({ event, reason: describeFaults(verdict.faults), attempts: 1 });
    });
    await this.intake.receive(owner, announced, refused);
    for (const { event, reason } of refused) {
      const { topic, partition, offset } = event;
      this.log.warn({ topic, partition, offset, reason }, 'an announcement went to the dead letters');
    }
  }
}
