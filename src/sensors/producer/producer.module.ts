import { Module } from '@nestjs/common';
import { ReadingAnnouncements } from './reading-announcements.js';
import { SENSOR_READINGS_METRICS, SensorReadings } from './sensor-readings.js';

@Module({ providers: [ReadingAnnouncements], exports: [ReadingAnnouncements] })
export class SensorsProducerModule {}

/** For the role `producer`. */
@Module({ providers: [SensorReadings, ...SENSOR_READINGS_METRICS] })
export class MadeUpReadingsModule {}
