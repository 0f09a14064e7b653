import { Module } from '@nestjs/common';
import { SensorsRepositoryModule } from '../repository/repository.module.js';
import { LatestNewsListener } from './latest-news-listener.js';
import { LatestNotices } from './latest-news.js';
import { LatestReadings } from './latest-readings.js';

@Module({
  imports: [SensorsRepositoryModule],
  providers: [LatestReadings, LatestNotices, LatestNewsListener],
  exports: [LatestReadings, LatestNotices],
})
export class SensorsCacheModule {}
