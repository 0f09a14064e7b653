import { describe } from 'vitest';
import { trackingConformance } from '../contexts/tracking.conformance.js';
import { ownTopics } from '../support/own-topics.js';
import { useTier } from '../support/tiers.js';

const kafka = useTier('kafka');

describe.skipIf(kafka.skipped)('on a real broker', () => {
  trackingConformance('Kafka', () => {
    const { settings } = ownTopics(kafka.brokers);
    return {
      ...settings,
      KAFKA_BROKERS: kafka.brokers.split(','),
      KAFKA_PARTITIONS: 1,
    };
  });
});
