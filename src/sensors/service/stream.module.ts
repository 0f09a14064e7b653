import { Module } from '@nestjs/common';
import { SensorsCacheModule } from '../cache/cache.module.js';
import { SensorsRepositoryModule } from '../repository/repository.module.js';
import { READING_STREAM_METRICS, ReadingStream } from './reading-stream.js';

/** For the role `api`. */
@Module({
  imports: [SensorsRepositoryModule, SensorsCacheModule],
  providers: [ReadingStream, ...READING_STREAM_METRICS],
  exports: [ReadingStream],
})
export class SensorsStreamModule {}
