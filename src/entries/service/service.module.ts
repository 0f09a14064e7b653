import { Module } from '@nestjs/common';
import { EntriesCacheModule } from '../cache/cache.module.js';
import { EntriesProducerModule } from '../producer/producer.module.js';
import { EntriesRepositoryModule } from '../repository/repository.module.js';
import { EntryLookup } from './entry-lookup.js';
import { EntryWrites } from './entry-writes.js';

@Module({
  imports: [EntriesRepositoryModule, EntriesCacheModule, EntriesProducerModule],
  providers: [EntryLookup, EntryWrites],
  exports: [EntryLookup, EntryWrites],
})
export class EntriesServiceModule {}
