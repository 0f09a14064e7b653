import { settingGroup } from '../platform/config/setting-group.js';
import { KafkaName, WholeNumber } from '../platform/config/setting-kinds.js';

export class SensorsSettings {
  @KafkaName() SENSORS_TOPIC: string = 'sensor-data';
  @WholeNumber(1, 999) SENSORS_COUNT: number = 1;
  @WholeNumber(10, 86_400_000) SENSORS_INTERVAL_MS: number = 2_000;
  @WholeNumber(0, 36_500) SENSORS_RETENTION_DAYS: number = 0;
}

export const SENSORS_SETTINGS = settingGroup(SensorsSettings, {
  context: 'sensors',
  descriptions: {
    SENSORS_TOPIC: 'Topic that readings of sensors come in on, and go out on',
    SENSORS_COUNT: 'Sensors whose readings a process with the role producer makes up',
    SENSORS_INTERVAL_MS: 'Milliseconds from one made-up reading of a sensor to the next',
    SENSORS_RETENTION_DAYS: 'Days after which a reading is removed, by its own time; 0: never',
  },
});
