import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { eachInTurns } from '../../platform/event-loop-turns.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import { describeFaults } from '../../platform/validation/field-fault.js';
import { decodeOrderNews, knownOrderOf } from '../model/order-news.js';
import { type IncomingNews, OrderNewsIntake } from '../service/order-news-intake.js';

/** What orders tell of themselves on the topic `order-status`. */
@Controller()
export class OrderStatusConsumer {
  constructor(private readonly intake: OrderNewsIntake) {}

  @Subscribe({ context: 'payments', topic: 'order-status', mode: 'shared' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    const news: IncomingNews[] = [];
    const refused: RefusedEvent[] = [];
    await eachInTurns('background', events, (event) => {
      const verdict = decodeOrderNews(event.value);
      if (!verdict.valid) {
        refused.push({ event, reason: describeFaults(verdict.faults), attempts: 1 });
        return;
      }
      const { order_uid: orderUid, version } = verdict.model;
      news.push({ orderUid, order: knownOrderOf(verdict.model), eventId: `${orderUid}:${version}` });
    });
    await this.intake.receive(news, refused);
  }
}
