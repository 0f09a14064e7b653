import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCommand } from '../../support/debian-packages.js';
import { useTier } from '../../support/tiers.js';
import { Dice } from '../dice.js';
import { FAULTS } from './entries-faults.js';
import { EntriesServices } from './entries-services.js';
import { runStop } from './stop.js';
import { runTruth } from './truth.js';

const TIMEOUT_MS = 240_000;
const OPERATIONS = 3_000;
const FEW_OPERATIONS = 500;
/** Longer than a replica may believe what it holds while it hears nothing. */
const AWAY_MS = 2_000;
const BETWEEN_FAULTS_MS = 300;
/** Of what is quick the worst; the others are for `make faults-entries`. */
const IN_SHORT = [
  'a replica is killed while Redis hangs',
  'Redis is killed, and is back at once with what it was before',
  'answers to COMMIT are lost',
  'one replica does not hear PostgreSQL',
];

const kafka = useTier('kafka');
const redis = useTier('redis');
const command = await findCommand('redis-server');
/** FAULTS_SEED repeats a run, as far as a run of real processes can be repeated. */
const seed = Number(process.env.FAULTS_SEED ?? randomInt(2 ** 31));

describe.skipIf(kafka.skipped ?? redis.skipped ?? command === undefined)(
  `entries under faults, from seed ${seed}`,
  () => {
    const dice = new Dice(seed);
    let services: EntriesServices;

    beforeAll(async () => {
      services = await EntriesServices.start();
    });
    afterAll(() => services?.end());

    it(
      'are told of as one order of all writes has them, and nothing acknowledged is lost',
      async () => {
        const faults = FAULTS.filter(({ name }) => IN_SHORT.includes(name));
        const { findings, recorder, befell } = await runTruth(
          services,
          {
            operations: OPERATIONS,
            replicas: 2,
            faults,
            awayMs: AWAY_MS,
            betweenFaultsMs: BETWEEN_FAULTS_MS,
          },
          dice,
        );
        expect(findings.lines()).toEqual([]);
        expect([...befell.keys()].toSorted()).toEqual(IN_SHORT.toSorted());
        expect(recorder.answered).toBeGreaterThanOrEqual(OPERATIONS);
      },
      TIMEOUT_MS,
    );

    // What follows does nothing to the services, so it goes on side by side.
    it.concurrent(
      'are noticed to be wrong when memory is told of no commit',
      async ({ expect }) => {
        const sabotage = fileURLToPath(new URL('../sabotage/entries-forget-commits.mjs', import.meta.url));
        const env = { NODE_OPTIONS: `--import "${sabotage}"` };
        const { findings } = await runTruth(
          services,
          { operations: FEW_OPERATIONS, replicas: 1, faults: [], env, endsWithRestarts: false },
          new Dice(seed),
        );
        expect(findings.count('stale')).toBeGreaterThan(0);
        expect(findings.count('revived')).toBeGreaterThan(0);
      },
      TIMEOUT_MS,
    );

    for (const write of ['through', 'behind'] as const) {
      it.concurrent(
        `are in PostgreSQL within five seconds of the next start, stopped under load and written ${write}`,
        async ({ expect }) => {
          const { broken, acknowledged } = await runStop(services, { write, times: 1 }, new Dice(seed));
          expect(broken).toEqual([]);
          expect(acknowledged).toBeGreaterThan(0);
        },
        TIMEOUT_MS,
      );
    }
  },
);
