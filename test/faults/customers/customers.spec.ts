import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTier } from '../../support/tiers.js';
import { Dice } from '../dice.js';
import { FaultyKafka } from '../faulty-kafka.js';
import { FaultyPostgres } from '../faulty-postgres.js';
import { BROKER_AWAY } from './broker-away.js';
import type { CustomersServices } from './customers-stage.js';
import { FaultyRegistry } from './faulty-registry.js';
import { REGISTRY_AWAY } from './registry-away.js';
import { RESTARTS } from './restarts.js';
import { runScenario } from './run-scenario.js';
import { IN_SHORT } from './scenario.js';

const TIMEOUT_MS = 180_000;

const kafkaTier = useTier('kafka');
const registryTier = useTier('registry');
/** FAULTS_SEED repeats a run, as far as a run of real processes can be repeated. */
const seed = Number(process.env.FAULTS_SEED ?? randomInt(2 ** 31));

describe.skipIf(kafkaTier.skipped ?? registryTier.skipped)(
  `customers under faults, from seed ${seed}`,
  () => {
    const dice = new Dice(seed);
    let services: CustomersServices;

    beforeAll(async () => {
      const [postgres, kafka, registry] = await Promise.all([
        FaultyPostgres.start(),
        FaultyKafka.start(),
        FaultyRegistry.before(registryTier.url),
      ]);
      services = { postgres, kafka, registry };
    });
    afterAll(async () => {
      await services?.registry.end();
      await services?.kafka.end();
      await services?.postgres.end();
    });

    it.each([RESTARTS[0]!, BROKER_AWAY[0]!, REGISTRY_AWAY.at(-1)!])(
      'are as promised: $name',
      async (scenario) => {
        const promises = await runScenario(services, scenario, IN_SHORT, dice);
        expect(promises.broken()).toEqual([]);
        expect(promises.rows.at(-1)!.statuses.get(200)).toBeGreaterThan(IN_SHORT.customers / 2);
      },
      TIMEOUT_MS,
    );

    it(
      'are noticed to be wrong when a customer that is deleted stays',
      async () => {
        const sabotage = fileURLToPath(new URL('../sabotage/keep-customers.mjs', import.meta.url));
        const env = { NODE_OPTIONS: `--import "${sabotage}"` };
        const few = { ...IN_SHORT, customers: 2_000, restarts: 1 };
        const promises = await runScenario(services, RESTARTS[0]!, few, dice, env);
        expect(promises.broken().join('\n')).toMatch(/each customer, after a restart: \d+ .*, the list: 1 /s);
      },
      TIMEOUT_MS,
    );
  },
);
