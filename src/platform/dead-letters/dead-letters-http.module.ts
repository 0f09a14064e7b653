import { Module } from '@nestjs/common';
import { DeadLetterCountsController } from './dead-letter-counts.controller.js';
import { DeadLetterDiscards } from './dead-letter-discards.js';
import { DeadLetterEdits } from './dead-letter-edits.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import { DeadLetterReplays } from './dead-letter-replays.js';
import { DeadLettersBulkController } from './dead-letters-bulk.controller.js';
import { DeadLettersController } from './dead-letters.controller.js';

/** The dead letters for people, in the processes that serve the API. */
@Module({
  controllers: [DeadLettersBulkController, DeadLettersController, DeadLetterCountsController],
  providers: [DeadLetterReader, DeadLetterReplays, DeadLetterEdits, DeadLetterDiscards],
})
export class DeadLettersHttpModule {}
