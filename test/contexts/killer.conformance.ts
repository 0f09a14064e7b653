import { describe, expect, it } from 'vitest';
import { faultsOfKiller } from '../faults/contexts/contexts-verdict.js';
import { surviveKiller } from '../faults/contexts/kills.js';
import { createTestDatabase } from '../support/test-database.js';
import type { Killer } from './unreliable/trouble.js';

/** The default takes a quarter of a minute of each death. */
const WATCHDOG_SECONDS = '5';
const ORDERS_PER_SECOND = 100;
const DRAIN_TIMEOUT_MS = 60_000;
const TEST_TIMEOUT_MS = 360_000;

/**
 * An event that ends the process which handles it, under something that starts the process again.
 *
 * @param killers those that are tried; `make faults-contexts` tries all of them over each transport
 */
export function killerConformance(name: string, killers: readonly Killer[], brokers?: string): void {
  describe(`an event that ends the process, over ${name}`, () => {
    it.each(killers)(
      'by %s is a dead letter of its context after three deaths at most, and nobody loses anything',
      async (killer) => {
        const { connection, drop } = await createTestDatabase();
        try {
          const env = { WATCHDOG_SECONDS };
          const options = { connection, brokers, ordersPerSecond: ORDERS_PER_SECOND, env };
          const outcome = await surviveKiller(options, killer, DRAIN_TIMEOUT_MS);
          expect(faultsOfKiller(outcome), JSON.stringify(outcome)).toEqual([]);
        } finally {
          await drop();
        }
      },
      TEST_TIMEOUT_MS,
    );
  });
}
