import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectDatabaseErrors } from '../support/database-errors.js';
import { useTier } from '../support/tiers.js';
import { ABUSES } from './abuses.js';
import { outcomeTable } from './outcome-table.js';
import { type Outcome, runAbuse } from './run-abuse.js';
import { type Abused, startAbused } from './start-abused.js';

// lock_not_available: somebody holds the row of an order.
expectDatabaseErrors('55P03');

const MIB = 1_048_576;
const MAX_RSS_BYTES = 700 * MIB;
const FOR_MS = 5_000;

const kafka = useTier('kafka');

/** The short form of `make abuse`: how fast others were is printed, and not judged. */
describe.each([
  { by: 'HTTP', brokers: undefined, skipped: undefined },
  { by: 'Kafka', ...kafka },
])('one caller that wants more than its share, by $by', ({ brokers, skipped }) => {
  const abuses = ABUSES.filter(({ isByKafka = false }) => isByKafka === (brokers !== undefined));
  const outcomes: Outcome[] = [];
  let abused: Abused;
  beforeAll(async () => {
    if (skipped === undefined) abused = await startAbused(brokers);
  });
  afterAll(async () => {
    console.log(outcomeTable(outcomes));
    await abused?.waybill.stop();
  });

  it.skipIf(skipped).each(abuses)(
    'takes nothing from others: $name',
    async (abuse) => {
      const outcome = await runAbuse(abused, abuse, FOR_MS);
      outcomes.push(outcome);
      expect(outcome.met.refusals).toEqual([]);
      expect(outcome.hasRestarted).toBe(false);
      expect(outcome.peakRssBytes).toBeLessThan(MAX_RSS_BYTES);
      expect(outcome.givenBackAfterMs, 'given back').toBeDefined();
    },
    FOR_MS + 150_000,
  );
});
