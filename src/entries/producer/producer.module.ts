import { Module } from '@nestjs/common';
import { EntryMessages } from './entry-messages.js';
import { RehydrationMessages } from './rehydration-messages.js';

const MESSAGES = [EntryMessages, RehydrationMessages];

@Module({ providers: MESSAGES, exports: MESSAGES })
export class EntriesProducerModule {}
