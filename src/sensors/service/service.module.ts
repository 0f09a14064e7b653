import { Module } from '@nestjs/common';
import { SensorsCacheModule } from '../cache/cache.module.js';
import { SensorsProducerModule } from '../producer/producer.module.js';
import { SensorsRepositoryModule } from '../repository/repository.module.js';
import { ReadingIntake } from './reading-intake.js';
import { ReadingLookup } from './reading-lookup.js';
import { ReadingRemoval } from './reading-removal.js';
import { ReadingRetention, RETENTION_METRICS } from './reading-retention.js';
import { ReadingSubmission } from './reading-submission.js';

@Module({
  imports: [SensorsRepositoryModule, SensorsCacheModule, SensorsProducerModule],
  providers: [
    ReadingIntake,
    ReadingSubmission,
    ReadingLookup,
    ReadingRemoval,
    ReadingRetention,
    ...RETENTION_METRICS,
  ],
  exports: [ReadingIntake, ReadingSubmission, ReadingLookup],
})
export class SensorsServiceModule {}
