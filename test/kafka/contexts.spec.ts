import { describe } from 'vitest';
import { contextsConformance } from '../contexts/contexts.conformance.js';
import { ownTopics } from '../support/own-topics.js';
import { useTier } from '../support/tiers.js';

const kafka = useTier('kafka');

describe.skipIf(kafka.skipped)('on a real broker', () => {
  contextsConformance('Kafka', () => ({
    ...ownTopics(kafka.brokers).settings,
    KAFKA_BROKERS: kafka.brokers.split(','),
    KAFKA_PARTITIONS: 1,
  }));
});
