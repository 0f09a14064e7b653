import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCommand } from '../../support/debian-packages.js';
import { RedisServerFixture } from '../../support/redis-server.js';
import { useTier } from '../../support/tiers.js';
import { Dice } from '../dice.js';
import { FaultyPostgres } from '../faulty-postgres.js';
import { runScenario } from './run-scenario.js';
import { IN_SHORT, scaledTo, SCENARIOS } from './scenarios.js';
import type { SensorsServices } from './sensors-stage.js';

const READINGS = 6_000;
const TIMEOUT_MS = 180_000;
/** What is wrong does not become right. */
const WRONG_TIMEOUT_MS = 2_000;

const kafka = useTier('kafka');
const redisTier = useTier('redis');
const command = await findCommand('redis-server');
/** FAULTS_SEED repeats a run, as far as a run of real processes can be repeated. */
const seed = Number(process.env.FAULTS_SEED ?? randomInt(2 ** 31));

describe.skipIf(kafka.skipped ?? redisTier.skipped ?? command === undefined)(
  `readings under faults, from seed ${seed}`,
  () => {
    const dice = new Dice(seed);
    let services: SensorsServices;

    beforeAll(async () => {
      const postgres = await FaultyPostgres.start();
      services = { postgres, brokers: kafka.brokers, redis: await RedisServerFixture.reserve(command ?? '') };
    });
    afterAll(async () => {
      await services?.postgres.end();
      await services?.redis.kill();
    });

    it(
      'are neither lost nor stored twice, and the latest of each sensor is right everywhere',
      async () => {
        const outcome = await runScenario(services, IN_SHORT, scaledTo(READINGS), dice);
        expect(outcome.details).toEqual([]);
        expect(outcome.stored).toBeGreaterThan(READINGS / 2);
        expect(outcome.reads).toBeGreaterThan(0);
      },
      TIMEOUT_MS,
    );

    it(
      'are noticed to be wrong when the latest is the one that came last',
      async () => {
        const sabotage = fileURLToPath(new URL('../sabotage/latest-by-arrival.mjs', import.meta.url));
        const env = { NODE_OPTIONS: `--import "${sabotage}"` };
        const outcome = await runScenario(services, SCENARIOS[0]!, scaledTo(READINGS), dice, {
          env,
          settledTimeoutMs: WRONG_TIMEOUT_MS,
        });
        expect(outcome.wrongLatest).toBeGreaterThan(0);
        expect(outcome.details.join()).toContain('in the API');
      },
      TIMEOUT_MS,
    );
  },
);
