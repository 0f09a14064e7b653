import { describe } from 'vitest';
import { kafkaEntrance } from '../stories/kafka-entrance.js';
import { storiesConformance } from '../stories/stories.conformance.js';
import { useTier } from '../support/tiers.js';
import { runWaybill, SHOP } from '../support/waybill-process.js';
import { createPipeline } from './order-pipeline.harness.js';

const kafka = useTier('kafka');

describe.skipIf(kafka.skipped)('on a real broker', () => {
  storiesConformance('Kafka', async () => {
    const pipeline = await createPipeline(kafka.brokers);
    const { url } = await pipeline.start(SHOP);
    return {
      url,
      entrance: kafkaEntrance(url, pipeline),
      verifyStock: () =>
        runWaybill({ env: { ...pipeline.settings, ...SHOP }, command: ['inventory', 'verify'] }),
      close: () => pipeline.close(),
    };
  });
});
