import { Module } from '@nestjs/common';
import { EntryMessages } from './entry-messages.js';

@Module({ providers: [EntryMessages], exports: [EntryMessages] })
export class EntriesProducerModule {}
