import { describe } from 'vitest';
import { paymentsConformance } from '../contexts/payments.conformance.js';
import { ownTopics } from '../support/own-topics.js';
import { useTier } from '../support/tiers.js';

const kafka = useTier('kafka');

describe.skipIf(kafka.skipped)('on a real broker', () => {
  paymentsConformance('Kafka', () => {
    const { topic, settings } = ownTopics(kafka.brokers);
    return {
      ...settings,
      PAYMENTS_TOPIC: topic.replace('orders', 'payments'),
      PAYMENT_STATUS_TOPIC: topic.replace('orders', 'payment-status'),
      KAFKA_BROKERS: kafka.brokers.split(','),
      KAFKA_PARTITIONS: 1,
    };
  });
});
