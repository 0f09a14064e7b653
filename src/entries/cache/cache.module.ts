import { Module } from '@nestjs/common';
import { EntriesRepositoryModule } from '../repository/repository.module.js';
import { EntryCache } from './entry-cache.js';
import { EntryNewsListener } from './entry-news-listener.js';

@Module({
  imports: [EntriesRepositoryModule],
  providers: [EntryCache, EntryNewsListener],
  exports: [EntryCache],
})
export class EntriesCacheModule {}
