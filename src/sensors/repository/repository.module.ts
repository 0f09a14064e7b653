import { Module } from '@nestjs/common';
import { ReadingListRepository } from './reading-list.repository.js';
import { ReadingRepository } from './reading.repository.js';

@Module({
  providers: [ReadingRepository, ReadingListRepository],
  exports: [ReadingRepository, ReadingListRepository],
})
export class SensorsRepositoryModule {}
