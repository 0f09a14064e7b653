import { Module } from '@nestjs/common';
import { DeadLetterDiscards } from './dead-letter-discards.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import { DeadLetterReplays } from './dead-letter-replays.js';
import { DeadLettersController } from './dead-letters.controller.js';

/** The dead letters for people, in the processes that serve the API. */
@Module({
  controllers: [DeadLettersController],
  providers: [DeadLetterReader, DeadLetterReplays, DeadLetterDiscards],
})
export class DeadLettersHttpModule {}
