import { CompressionTypes } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Abuse } from '../abuse.js';
import { withProducer } from '../kafka-sender.js';

const EVENT = ' '.repeat(1_000_000);
const PAUSE_MS = 2_000;

/** Batches of a few hundred kB that inflate to 100 MB, and one on the other partition that inflates to 300 MB. */
export const inflatingBatches: Abuse = {
  name: 'batches that inflate to 100 MB, and one to 300 MB',
  isByKafka: true,
  run: (target, signal) =>
    withProducer(target, async (send, topic) => {
      const batchOf = (events: number, partition: number) => ({
        topic,
        compression: CompressionTypes.GZIP,
        messages: Array.from({ length: events }, () => ({ key: 'large', value: EVENT, partition })),
      });
      await send(batchOf(300, 1));
      while (!signal.aborted) {
        await send(batchOf(100, 0));
        await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    }),
};
