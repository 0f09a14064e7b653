import fc from 'fast-check';
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyStock } from '../../src/inventory/service/stock-verification.js';
import { parcelsOf, requireDerivedStates, requireExplainedHistory } from './explained-orders.js';
import { requireCalmStock, requireJournalAddsUp, requireOrdersHoldTheirs } from './explained-stock.js';
import { type Facts, factsOf } from './facts.js';
import { MortalShop } from './mortal-shop.js';
import { parcelStateOf, statusByParcels } from './plain-rules.js';
import { arbitraryCalm, arbitraryRush, Names, type Plan } from './plan.js';
import { play, type Sent } from './played-plan.js';

const SEED = Number(process.env['SEED'] || randomInt(2 ** 31));
/** As `make converge` sets it. Without, a number of runs is enough that `make test` does not wait for. */
const MINUTES = Number(process.env['CONVERGENCE_MINUTES'] || 0);
const FEW_RUNS = 8;
const MINUTE_MS = 60_000;
const FOR_AS_LONG_AS_IT_TAKES = 1e9;
const MORE_TIME_MS = 120_000;
/** Longer than anything in the program waits before it looks again. */
const LOOKS_AGAIN_MS = 1_100;

let shop: MortalShop;
let run = 0;

beforeAll(async () => {
  shop = await MortalShop.open();
});

afterAll(async () => {
  await shop.close();
});

async function converges(
  plans: fc.Arbitrary<Plan>,
  check: (facts: Facts, sent: Sent) => void,
): Promise<void> {
  const play1 = async (plan: Plan): Promise<void> => {
    const names = new Names(++run);
    const sent = await play(shop, plan, names);
    const messages = await shop.messagesEver();
    const facts = await factsOf(shop, names);
    requireDerivedStates(facts, sent);
    requireExplainedHistory(facts);
    requireJournalAddsUp(facts);
    requireOrdersHoldTheirs(facts);
    check(facts, sent);
    expect(await verdict()).toMatchObject({ exitCode: 0 });
    expect(await shop.messagesEver(), 'it is not at rest').toBe(messages);
  };
  await fc.assert(fc.asyncProperty(plans, play1), {
    seed: SEED,
    numRuns: MINUTES > 0 ? FOR_AS_LONG_AS_IT_TAKES : FEW_RUNS,
    // Looking for a smaller plan takes longer than `make test` waits for.
    endOnFailure: MINUTES === 0,
    ...(MINUTES > 0 && { interruptAfterTimeLimit: (MINUTES / 2) * MINUTE_MS }),
    reporter: (outcome) => {
      if (MINUTES > 0) process.stderr.write(`${outcome.numRuns} plans; ${shop.deaths} deaths so far\n`);
      if (!outcome.failed) return;
      const repeat = `SEED=${SEED} make converge MINUTES=${MINUTES || 1} repeats it`;
      throw new Error(`${fc.defaultReportMessage(outcome)}\n${repeat}`, { cause: outcome.errorInstance });
    },
  });
}

/** What `waybill inventory verify` says. */
async function verdict(): Promise<{ exitCode: number; text: string }> {
  let text = '';
  const exitCode = await verifyStock(shop.house.database, {
    out: (more) => void (text += more),
    err: process.stderr,
    signal: new AbortController().signal,
  });
  return { exitCode, text };
}

const TIMEOUT_MS = MINUTES * MINUTE_MS + MORE_TIME_MS;

it(
  'whatever comes in which order, twice, and to a process that dies, the states are those of all that came, and a serial order explains them',
  () => converges(arbitraryRush(), () => undefined),
  TIMEOUT_MS,
);

it(
  'where nothing competes status and stock are those of all that came as well',
  () =>
    converges(arbitraryCalm(), (facts, { adjusted, carrierEvents }) => {
      for (const { content, summary } of facts.orders) {
        const parcels = parcelsOf(content).map((parcel) =>
          parcelStateOf(carrierEvents.filter(({ track_number }) => track_number === parcel)),
        );
        expect(summary.status).toBe(statusByParcels(parcels) ?? 'confirmed');
      }
      requireCalmStock(facts, adjusted);
    }),
  TIMEOUT_MS,
);

it('once all has come to rest nothing is said any more', async () => {
  await shop.quiet();
  const messages = await shop.messagesEver();
  await pause(LOOKS_AGAIN_MS);
  expect(await shop.messagesEver()).toBe(messages);
  // Of all plans together: a few can do without.
  expect(shop.deaths).toBeGreaterThan(0);
  expect(shop.unacknowledged).toBeGreaterThan(0);
});
