import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { eachInTurns } from '../../platform/event-loop-turns.js';
import type { ReceivedEvent, RefusedEvent } from '../../platform/messaging/received-event.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import type { EntryChange } from '../model/entry-news.js';
import { EntryIntake, type IncomingWrite } from '../service/entry-intake.js';
import { readEntryEvent } from './entry-event.js';

/** Changes that are stored, and writes that are to be, from the topic `cache.persist`. */
@Controller()
export class EntriesConsumer {
  constructor(private readonly intake: EntryIntake) {}

  @Subscribe({ context: 'entries', topic: 'cache.persist', mode: 'shared', role: 'worker' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    const writes: IncomingWrite[] = [];
    const changes: EntryChange[] = [];
    const refused: RefusedEvent[] = [];
    await eachInTurns('background', events, (event) => {
      const read = readEntryEvent(event);
      if ('write' in read) writes.push(read.write);
      else if ('change' in read) changes.push(read.change);
      else refused.push({ event, reason: read.reason, attempts: 1 });
    });
    await this.intake.receive({ writes, changes, refused });
  }
}
