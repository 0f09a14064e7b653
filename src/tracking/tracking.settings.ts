import { settingGroup } from '../platform/config/setting-group.js';
import { KafkaName, WebhookSecrets } from '../platform/config/setting-kinds.js';

export class TrackingSettings {
  @KafkaName() DELIVERY_EVENTS_TOPIC: string = 'delivery-events';
  @KafkaName() SHIPMENT_STATUS_TOPIC: string = 'shipment-status';
  @WebhookSecrets() TRACKING_WEBHOOK_SECRETS: string[] = [];
}

export const TRACKING_SETTINGS = settingGroup(TrackingSettings, {
  context: 'tracking',
  descriptions: {
    DELIVERY_EVENTS_TOPIC: 'Topic that events of carriers come in on',
    SHIPMENT_STATUS_TOPIC: 'Topic that the shipment statuses of orders go out on',
    TRACKING_WEBHOOK_SECRETS:
      'Secrets that POST /api/tracking/events is signed with, any one of them; with none it takes requests of this machine alone',
  },
  secrets: ['TRACKING_WEBHOOK_SECRETS'],
  faultsBetween({ DELIVERY_EVENTS_TOPIC, SHIPMENT_STATUS_TOPIC }) {
    if (DELIVERY_EVENTS_TOPIC !== SHIPMENT_STATUS_TOPIC) return [];
    return [
      `DELIVERY_EVENTS_TOPIC and SHIPMENT_STATUS_TOPIC are both ${DELIVERY_EVENTS_TOPIC}: expected two names`,
    ];
  },
});
