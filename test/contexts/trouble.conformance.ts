import { describe, expect, it } from 'vitest';
import { faultsOfTroubles } from '../faults/contexts/contexts-verdict.js';
import { goThroughTroubles } from '../faults/contexts/troubles.js';
import { createTestDatabase } from '../support/test-database.js';

const ORDERS_PER_SECOND = 100;
const LASTS_MS = 3_000;
const DRAIN_TIMEOUT_MS = 30_000;
const TEST_TIMEOUT_MS = 120_000;

/** In short what `make faults-contexts` does: the program is a process of its own, and orders come all the time. */
export function troubleConformance(name: string, brokers?: string): void {
  describe(`a context in trouble, over ${name}`, () => {
    it(
      'delays and loses nothing of the others, and is counted by itself, while it fails or hangs',
      async () => {
        const { connection, drop } = await createTestDatabase();
        try {
          const options = { connection, brokers, ordersPerSecond: ORDERS_PER_SECOND };
          const outcome = await goThroughTroubles(options, LASTS_MS, DRAIN_TIMEOUT_MS);
          expect(faultsOfTroubles(outcome), JSON.stringify(outcome)).toEqual([]);
        } finally {
          await drop();
        }
      },
      TEST_TIMEOUT_MS,
    );
  });
}
