import { Module } from '@nestjs/common';
import { ReadingListRepository } from './reading-list.repository.js';
import { ReadingRemovalRepository } from './reading-removal.repository.js';
import { ReadingStreamRepository } from './reading-stream.repository.js';
import { ReadingRepository } from './reading.repository.js';

const REPOSITORIES = [
  ReadingRepository,
  ReadingListRepository,
  ReadingRemovalRepository,
  ReadingStreamRepository,
];

@Module({ providers: REPOSITORIES, exports: REPOSITORIES })
export class SensorsRepositoryModule {}
