import { Module } from '@nestjs/common';
import { EntriesRepositoryModule } from '../repository/repository.module.js';
import { EntryCache } from './entry-cache.js';
import { EntryNewsListener, EPOCHS_METRIC } from './entry-news-listener.js';

@Module({
  imports: [EntriesRepositoryModule],
  providers: [EntryCache, EntryNewsListener, EPOCHS_METRIC],
  exports: [EntryCache],
})
export class EntriesCacheModule {}
