import { Module } from '@nestjs/common';
import { ReadingListRepository } from './reading-list.repository.js';
import { ReadingRemovalRepository } from './reading-removal.repository.js';
import { ReadingRepository } from './reading.repository.js';

@Module({
  providers: [ReadingRepository, ReadingListRepository, ReadingRemovalRepository],
  exports: [ReadingRepository, ReadingListRepository, ReadingRemovalRepository],
})
export class SensorsRepositoryModule {}
