import { Module } from '@nestjs/common';
import type { Context } from '../platform/context.js';
import { REDIS_KEY_PREFIXES } from './cache/redis-keys.js';
import { SensorsConsumerModule } from './consumer/consumer.module.js';
import { SensorsHttpModule } from './http/http.module.js';
import { RECENT_PATH } from './http/recent-answer.js';
import { SENSORS_API } from './http/sensors.api.js';
import { MadeUpReadingsModule } from './producer/producer.module.js';
import { ReadingEntity } from './repository/reading.entity.js';
import { SensorData1796212800000 } from './repository/sensor-data.migration.js';
import { SENSORS_SETTINGS, SensorsSettings } from './sensors.settings.js';

@Module({ imports: [SensorsConsumerModule] })
class SensorsModule {}

/** Readings of sensors: each is kept, and the latest of each sensor is at hand. */
export const sensors: Context = {
  name: 'sensors',
  settings: SENSORS_SETTINGS,
  entities: [ReadingEntity],
  migrations: [SensorData1796212800000],
  topics: (settings) => ({ 'sensor-data': settings.of(SensorsSettings).SENSORS_TOPIC }),
  consumes: ['sensor-data'],
  api: () => SENSORS_API,
  events: async () => (await import('./sensors.events.js')).SENSORS_EVENTS,
  // A bare number, mostly out of memory.
  plainRoutes: () => [`${RECENT_PATH}/:sensor_id`],
  redisKeyPrefixes: REDIS_KEY_PREFIXES,
  module: ({ ROLES }) => ({
    module: SensorsModule,
    imports: [
      ...(ROLES.includes('api') ? [SensorsHttpModule] : []),
      ...(ROLES.includes('producer') ? [MadeUpReadingsModule] : []),
    ],
  }),
};
