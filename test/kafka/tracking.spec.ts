import { describe } from 'vitest';
import { trackingConformance } from '../contexts/tracking.conformance.js';
import { ownTopics } from '../support/own-topics.js';
import { useTier } from '../support/tiers.js';

const kafka = useTier('kafka');

describe.skipIf(kafka.skipped)('on a real broker', () => {
  trackingConformance('Kafka', () => {
    const { topic, settings } = ownTopics(kafka.brokers);
    return {
      ...settings,
      DELIVERY_EVENTS_TOPIC: topic.replace('orders', 'delivery-events'),
      SHIPMENT_STATUS_TOPIC: topic.replace('orders', 'shipment-status'),
      KAFKA_BROKERS: kafka.brokers.split(','),
      KAFKA_PARTITIONS: 1,
    };
  });
});
