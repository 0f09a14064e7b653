import type { TestProject } from 'vitest/node';
import { startKafkaBroker } from '../../scripts/kafka-broker.js';
import { setUpTier } from './tier-setup.js';

/** The Kafka tier: the brokers that KAFKA_BROKERS names, or a broker of this run's own with nothing in it. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  return setUpTier(project, 'kafka', async () => {
    const brokers = process.env.KAFKA_BROKERS;
    if (brokers) return { service: { brokers } };
    const broker = await startKafkaBroker({ log: (line) => process.stdout.write(`${line}\n`) });
    return { service: { brokers: broker.brokers }, stop: () => broker.stop() };
  });
}
