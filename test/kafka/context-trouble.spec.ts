import { describe } from 'vitest';
import { troubleConformance } from '../contexts/trouble.conformance.js';
import { useTier } from '../support/tiers.js';

const kafka = useTier('kafka');

describe.skipIf(kafka.skipped)('on a real broker', () => {
  troubleConformance('Kafka', kafka.brokers);
});
