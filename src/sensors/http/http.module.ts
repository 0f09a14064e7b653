import { Module } from '@nestjs/common';
import { SensorsServiceModule } from '../service/service.module.js';
import { DataController } from './data.controller.js';
import { HotReadings } from './hot-readings.js';
import { RecentController } from './recent.controller.js';

@Module({
  imports: [SensorsServiceModule],
  controllers: [DataController, RecentController],
  providers: [HotReadings],
})
export class SensorsHttpModule {}
