import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { drainBacklog } from '../faults/memory-run.js';
import { useTier } from '../support/tiers.js';

const kafka = useTier('kafka');
const LIMIT_BYTES = 400_000_000;
const TIMEOUT_MS = 300_000;

/** In short what `test/faults/memory.ts` does with a million orders; /proc is where a process's size is read. */
describe.skipIf(kafka.skipped ?? process.platform !== 'linux')('a backlog', () => {
  it(
    'that comes while PostgreSQL is away, and is drained, leaves the program small and loses nothing',
    async () => {
      const { phases, peakBytes, faults } = await drainBacklog({
        brokers: kafka.brokers,
        kafka: new Kafka({ brokers: kafka.brokers.split(','), logLevel: logLevel.NOTHING }),
        orders: 20_000,
        awayMs: 2_000,
        largeOrdersMs: 3_000,
        calmMs: 1_000,
        log: () => undefined,
      });
      expect(faults).toEqual([]);
      expect(peakBytes, JSON.stringify(phases)).toBeLessThan(LIMIT_BYTES);
    },
    TIMEOUT_MS,
  );
});
