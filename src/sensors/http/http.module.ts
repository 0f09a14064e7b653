import { Module } from '@nestjs/common';
import { SensorsServiceModule } from '../service/service.module.js';
import { SensorsStreamModule } from '../service/stream.module.js';
import { DataController } from './data.controller.js';
import { HotReadings } from './hot-readings.js';
import { ReadingStreamController } from './reading-stream.controller.js';
import { RecentController } from './recent.controller.js';

@Module({
  imports: [SensorsServiceModule, SensorsStreamModule],
  controllers: [DataController, ReadingStreamController, RecentController],
  providers: [HotReadings],
})
export class SensorsHttpModule {}
