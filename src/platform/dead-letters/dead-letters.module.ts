import { Global, Module } from '@nestjs/common';
import { RefusedEvents } from '../messaging/refused-events.js';
import { DeadLetterCapacity } from './dead-letter-capacity.js';
import { DeadLetters } from './dead-letters.js';

/** Where contexts, and messaging for them, put what they refuse. */
@Global()
@Module({
  providers: [DeadLetterCapacity, DeadLetters, { provide: RefusedEvents, useExisting: DeadLetters }],
  exports: [DeadLetters, RefusedEvents],
})
export class DeadLettersModule {}
