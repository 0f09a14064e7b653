import { Module } from '@nestjs/common';
import { SensorsRepositoryModule } from '../repository/repository.module.js';
import { HeardCommits } from './heard-commits.js';
import { LatestInRedis } from './latest-in-redis.js';
import { LatestNewsListener } from './latest-news-listener.js';
import { LatestNotices } from './latest-news.js';
import { LatestReadings } from './latest-readings.js';
import { LatestUpdates } from './latest-updates.js';

@Module({
  imports: [SensorsRepositoryModule],
  providers: [LatestReadings, LatestNotices, LatestNewsListener, HeardCommits, LatestInRedis, LatestUpdates],
  exports: [LatestReadings, LatestUpdates, HeardCommits],
})
export class SensorsCacheModule {}
