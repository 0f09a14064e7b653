import { Module } from '@nestjs/common';
import { SensorsServiceModule } from '../service/service.module.js';
import { SensorDataConsumer } from './sensor-data.consumer.js';

@Module({ imports: [SensorsServiceModule], controllers: [SensorDataConsumer] })
export class SensorsConsumerModule {}
