import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { Environment } from '../../platform/config/environment.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { positionOf } from '../../platform/messaging/source-position.js';
import { eachInTurns } from '../../platform/event-loop-turns.js';
import { describeFaults } from '../../platform/validation/field-fault.js';
import { OrderValidator } from '../model/order-validator.js';
import type { IncomingOrder } from '../service/incoming-order.js';
import { OrderIntake } from '../service/order-intake.js';
import { UNKNOWN_FIELDS } from './order-events.metrics.js';

/** Orders from the topic `orders`: each event is validated, and the whole batch is written at once. */
@Controller()
export class OrderEventsConsumer {
  private readonly via: string;

  constructor(
    private readonly validator: OrderValidator,
    private readonly intake: OrderIntake,
    environment: Environment,
    @InjectMetric(UNKNOWN_FIELDS) private readonly unknownFields: Counter,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.via = environment.KAFKA_BROKERS === undefined ? 'loopback' : 'kafka';
  }

  @Subscribe({ context: 'orders', topic: 'orders', mode: 'shared' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    const accepted: IncomingOrder[] = [];
    const refused: RefusedEvent[] = [];
    let unknownFields = 0;
    await eachInTurns('background', events, (event) => {
      const verdict = this.validator.ofEvent(event.value);
      if (verdict.valid) {
        const { order, totalsMatch } = verdict;
        accepted.push({ order, totalsMatch, source: positionOf(event), origin: event });
        unknownFields += verdict.unknownFields.length;
      } else {
        refused.push({ event, reason: describeFaults(verdict.faults), attempts: 1 });
      }
    });
    await this.intake.receive(accepted, refused, this.via);
    if (unknownFields > 0) this.unknownFields.inc(unknownFields);
    for (const { event, reason } of refused) {
      const { topic, partition, offset } = event;
      this.log.warn({ topic, partition, offset, reason }, 'an order event went to the dead letters');
    }
  }
}
