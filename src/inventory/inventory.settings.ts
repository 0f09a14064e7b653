import { settingGroup } from '../platform/config/setting-group.js';
import { KafkaName, WholeNumber } from '../platform/config/setting-kinds.js';

const YEAR_SECONDS = 31_536_000;

export class InventorySettings {
  @KafkaName() STOCK_STATUS_TOPIC: string = 'stock-status';
  @WholeNumber(0, YEAR_SECONDS) INVENTORY_RESERVATION_TTL_SECONDS: number = 0;
}

export const INVENTORY_SETTINGS = settingGroup(InventorySettings, {
  context: 'inventory',
  descriptions: {
    STOCK_STATUS_TOPIC: 'Topic that what became of reservations goes out on',
    INVENTORY_RESERVATION_TTL_SECONDS:
      'Seconds after which an order that is not paid for is asked to give its reservation up; 0: never',
  },
});
