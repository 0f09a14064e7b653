import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import { storageKeyOf } from '../model/entry-key.js';
import { EntryIntake } from '../service/entry-intake.js';
import { inOrderOfPriority, readRehydrationRequest, type RehydrationRequest } from './rehydration-request.js';

/** Any version is newer than none. */
const ANY_VERSION = 1;

/** Entries that are to be read from PostgreSQL into Redis, from the topic `cache.rehydrate`. */
@Controller()
export class RehydrationConsumer {
  constructor(private readonly intake: EntryIntake) {}

  @Subscribe({ context: 'entries', topic: 'cache.rehydrate', mode: 'shared', role: 'worker' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    const requests: Exclude<RehydrationRequest, { readonly reason: string }>[] = [];
    const refused: RefusedEvent[] = [];
    for (const event of events) {
      const request = readRehydrationRequest(event.value);
      if ('reason' in request) refused.push({ event, reason: request.reason, attempts: 1 });
      else requests.push(request);
    }
    const changes = inOrderOfPriority(requests).map(({ entry }) => ({
      storageKey: storageKeyOf(entry),
      version: ANY_VERSION,
    }));
    await this.intake.receive({ writes: [], changes, refused });
  }
}
