import { KafkaName } from '../../../src/platform/config/setting-kinds.js';
import { settingGroup } from '../../../src/platform/config/setting-group.js';

export class ParcelsSettings {
  @KafkaName() PARCELS_TOPIC: string = 'parcel-scans';
  @KafkaName() PARCELS_MOVED_TOPIC: string = 'parcel-moved';
}

export const PARCELS_SETTINGS = settingGroup(ParcelsSettings, {
  context: 'parcels',
  descriptions: {
    PARCELS_TOPIC: 'Topic that scans of parcels come in on',
    PARCELS_MOVED_TOPIC: 'Topic that moves of parcels go out on',
  },
});
