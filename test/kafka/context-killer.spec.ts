import { describe } from 'vitest';
import { killerConformance } from '../contexts/killer.conformance.js';
import { useTier } from '../support/tiers.js';

const kafka = useTier('kafka');

describe.skipIf(kafka.skipped)('on a real broker', () => {
  killerConformance('Kafka', ['exit'], kafka.brokers);
});
