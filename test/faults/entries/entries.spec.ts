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

const TIMEOUT_MS = 180_000;
const OPERATIONS = 5_000;
const FEW_OPERATIONS = 1_000;
/** One of each kind; the others take longer, and are for `make faults-entries`. */
const IN_SHORT = [
  'a replica is killed while Redis hangs',
  'a replica stands still',
  'Redis is killed, and is back at once with what it was before',
  'all connections to PostgreSQL break, again and again',
  'one replica does not hear PostgreSQL',
  'one replica cannot reach Redis',
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
        const { findings, recorder } = await runTruth(
          services,
          { operations: OPERATIONS, replicas: 2, faults },
          dice,
        );
        expect(findings.lines()).toEqual([]);
        expect(recorder.answered).toBeGreaterThanOrEqual(OPERATIONS);
      },
      TIMEOUT_MS,
    );

    it(
      'are noticed to be wrong when memory keeps what was there before a commit',
      async () => {
        const sabotage = fileURLToPath(new URL('../sabotage/entries-forget-commits.mjs', import.meta.url));
        const env = { NODE_OPTIONS: `--import "${sabotage}"` };
        const { findings } = await runTruth(
          services,
          { operations: FEW_OPERATIONS, replicas: 1, faults: [], env },
          dice,
        );
        expect(findings.count('stale')).toBeGreaterThan(0);
        expect(findings.count('revived')).toBeGreaterThan(0);
      },
      TIMEOUT_MS,
    );

    it.each(['through', 'behind'] as const)(
      'are in PostgreSQL within five seconds of the next start, stopped under load and written %s',
      async (write) => {
        const { broken, acknowledged } = await runStop(services, { write, times: 2 }, dice);
        expect(broken).toEqual([]);
        expect(acknowledged).toBeGreaterThan(0);
      },
      TIMEOUT_MS,
    );
  },
);
