import { Module } from '@nestjs/common';
import { SensorsRepositoryModule } from '../repository/repository.module.js';
import { LatestReadings } from './latest-readings.js';

@Module({
  imports: [SensorsRepositoryModule],
  providers: [LatestReadings],
  exports: [LatestReadings],
})
export class SensorsCacheModule {}
