import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { ABUSES } from './abuses.js';
import { outcomeTable } from './outcome-table.js';
import { type Outcome, runAbuse } from './run-abuse.js';

const MIB = 1_048_576;
const MAX_RSS_BYTES = 700 * MIB;
const FOR_MS = 8_000;

/** The short form of `make abuse`: how fast others were is printed, and not judged. */
describe('one caller that wants more than its share', () => {
  const outcomes: Outcome[] = [];
  let waybill: WaybillProcess;
  beforeAll(async () => {
    waybill = await startWaybill();
  });
  afterAll(async () => {
    console.log(outcomeTable(outcomes));
    await waybill.stop();
  });

  it.each(ABUSES)(
    'takes nothing from others: $name',
    async (abuse) => {
      const outcome = await runAbuse(waybill, abuse, FOR_MS);
      outcomes.push(outcome);
      expect(outcome.met.refusals).toEqual([]);
      expect(outcome.hasRestarted).toBe(false);
      expect(outcome.peakRssBytes).toBeLessThan(MAX_RSS_BYTES);
      expect(outcome.givenBackAfterMs, 'given back').toBeDefined();
    },
    FOR_MS + 150_000,
  );
});
