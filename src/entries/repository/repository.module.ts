import { Module } from '@nestjs/common';
import { EntryListRepository } from './entry-list.repository.js';
import { EntrySweepRepository } from './entry-sweep.repository.js';
import { EntryWriteRepository } from './entry-write.repository.js';
import { EntryRepository } from './entry.repository.js';
import { RedisEpochRepository } from './redis-epoch.repository.js';

const REPOSITORIES = [
  EntryRepository,
  EntryListRepository,
  EntryWriteRepository,
  EntrySweepRepository,
  RedisEpochRepository,
];

@Module({ providers: REPOSITORIES, exports: REPOSITORIES })
export class EntriesRepositoryModule {}
