import { Global, Module } from '@nestjs/common';
import { RefusedEvents } from '../messaging/refused-events.js';
import { DeadLetterCapacity } from './dead-letter-capacity.js';
import { DeadLetters } from './dead-letters.js';
import { RecentLetters } from './recent-letters.js';

/** Where contexts, and messaging for them, put what they refuse. */
@Global()
@Module({
  providers: [
    DeadLetterCapacity,
    DeadLetters,
    RecentLetters,
    { provide: RefusedEvents, useExisting: DeadLetters },
  ],
  exports: [DeadLetters, RecentLetters, RefusedEvents],
})
export class DeadLettersModule {}
