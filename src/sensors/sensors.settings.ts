import { settingGroup } from '../platform/config/setting-group.js';
import { KafkaName } from '../platform/config/setting-kinds.js';

export class SensorsSettings {
  @KafkaName() SENSORS_TOPIC: string = 'sensor-data';
}

export const SENSORS_SETTINGS = settingGroup(SensorsSettings, {
  descriptions: {
    SENSORS_TOPIC: 'Topic that readings of sensors come in on, and go out on',
  },
});
