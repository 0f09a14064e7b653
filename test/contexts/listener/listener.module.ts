import { Controller, Injectable, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { Context } from '../../../src/platform/context.js';
import type { EventHeaders } from '../../../src/platform/messaging/event-headers.js';
import type { ReceivedEvent } from '../../../src/platform/messaging/received-event.js';
import { Subscribe } from '../../../src/platform/messaging/subscription.js';

/** An announcement, as whoever reads its topic gets it. */
export interface Heard {
  readonly key: string;
  readonly headers: EventHeaders;
  readonly value: Record<string, unknown>;
}

/** What was announced of payments, in the order in which it came. */
@Injectable()
export class HeardPayments {
  readonly all: Heard[] = [];
}

@Controller()
class Listener {
  constructor(private readonly heard: HeardPayments) {}

  @Subscribe({ context: 'listener', topic: 'payment-status', mode: 'shared' })
  receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    for (const { key, headers, value } of events) {
      this.heard.all.push({
        key: String(key),
        headers,
        value: JSON.parse(String(value)) as Record<string, unknown>,
      });
    }
    return Promise.resolve();
  }
}

@Module({ providers: [HeardPayments], controllers: [Listener] })
class ListenerModule {}

/** A context that only listens to what another one announces. */
export const listener: Context = {
  name: 'listener',
  entities: [],
  topics: () => ({}),
  consumes: ['payment-status'],
  module: () => ({ module: ListenerModule }),
};
