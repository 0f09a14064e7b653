import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTier } from '../support/tiers.js';
import { Dice } from './dice.js';
import { type Fault, FAULTS, SHORT } from './faults.js';
import { runFault } from './run-fault.js';
import { type Services, startServices } from './services.js';

const FAULT_TIMEOUT_MS = 180_000;

const kafka = useTier('kafka');
const redis = useTier('redis');
/** FAULTS_SEED repeats a run, as far as a run of real processes can be repeated. */
const seed = Number(process.env.FAULTS_SEED ?? randomInt(2 ** 31));

function named(name: string): Fault {
  return FAULTS.find((fault) => fault.name === name)!;
}

function sabotaged(fault: Fault, how: string): Fault {
  const path = fileURLToPath(new URL(`sabotage/${how}.mjs`, import.meta.url));
  return { ...fault, stage: { ...fault.stage, env: { NODE_OPTIONS: `--import "${path}"` } } };
}

describe.skipIf(kafka.skipped ?? redis.skipped)(`every fault once, from seed ${seed}`, () => {
  const dice = new Dice(seed);
  let services: Services;

  beforeAll(async () => {
    services = await startServices();
  });

  afterAll(async () => {
    await services?.stop();
  });

  it.each(FAULTS.filter(({ inShort }) => inShort !== false))(
    '$name',
    async (fault) => {
      const outcome = await runFault(services, fault, 1, SHORT, dice);
      expect(outcome.details).toEqual([]);
      expect(outcome.stored).toBe(outcome.ordersIn);
      expect(outcome.stored).toBeGreaterThan(100);
      expect(outcome.deadLetters).toBeGreaterThan(0);
      expect(outcome.reads).toBeGreaterThan(0);
    },
    FAULT_TIMEOUT_MS,
  );

  it(
    'is noticed when offsets are committed before the write',
    async () => {
      const fault = sabotaged(named('the program killed while PostgreSQL is down'), 'commit-first');
      const outcome = await runFault(services, fault, 1, SHORT, dice);
      expect(outcome.lost).toBeGreaterThan(0);
      expect(outcome.details.join()).toContain('offset beyond what is stored');
    },
    FAULT_TIMEOUT_MS,
  );

  it(
    'is noticed when the outbox is left out',
    async () => {
      const fault = sabotaged(named('the program stopped (SIGTERM)'), 'skip-outbox');
      const outcome = await runFault(services, fault, 1, SHORT, dice);
      expect(outcome.eventsMissing).toBe(outcome.ordersIn);
    },
    FAULT_TIMEOUT_MS,
  );
});
