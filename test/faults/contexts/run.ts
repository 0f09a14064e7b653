/**
 * `make faults-contexts`: the program with the example contexts in a process of its own, over each transport, while one
 * of the contexts fails, hangs, or ends the process. Prints what became of everybody else's orders, and ends with 1 when
 * anything was lost or late.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { KILLERS } from '../../contexts/unreliable/trouble.js';
import { Dice } from '../dice.js';
import { FaultyKafka } from '../faulty-kafka.js';
import { FaultyPostgres } from '../faulty-postgres.js';
import type { ContextsStageOptions } from './contexts-stage.js';
import { faultsOfHealth, faultsOfKiller, faultsOfKills, faultsOfTroubles } from './contexts-verdict.js';
import { surviveKiller, surviveKills } from './kills.js';
import { goThroughTroubles } from './troubles.js';

const ORDERS_PER_SECOND = 200;
/** Longer than the minute after which `/health` names a batch that fails. */
const LASTS_SECONDS = '65';
const DRAIN_TIMEOUT_MS = 180_000;
const KILLS = 20;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: LASTS_SECONDS },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});
const lastsMs = Number(values.seconds) * 1_000;
const dice = new Dice(Number(values.seed));
process.stderr.write(`seed ${values.seed}\n`);

const postgres = await FaultyPostgres.start();
const kafka = await FaultyKafka.start();
let failed = false;

async function row(name: string, run: () => Promise<{ outcome: object; faults: string[] }>): Promise<void> {
  if (!name.includes(values.only)) return;
  const { outcome, faults } = await run();
  process.stdout.write(`${name}\n${JSON.stringify(outcome, undefined, 2)}\n`);
  for (const fault of faults) process.stdout.write(`  FAULT ${fault}\n`);
  failed ||= faults.length > 0;
}

async function options(brokers: string | undefined): Promise<ContextsStageOptions> {
  const database = await postgres.createDatabase();
  return { connection: { ...postgres.connection, database }, brokers, ordersPerSecond: ORDERS_PER_SECOND };
}

try {
  for (const [transport, brokers] of [
    ['loopback', undefined],
    ['Kafka', kafka.brokers],
  ] as const) {
    await row(`troubles over ${transport}`, async () => {
      const outcome = await goThroughTroubles(await options(brokers), lastsMs, DRAIN_TIMEOUT_MS);
      return { outcome, faults: [...faultsOfTroubles(outcome), ...faultsOfHealth(outcome)] };
    });
    await row(`${KILLS} kills over ${transport}`, async () => {
      const outcome = await surviveKills(await options(brokers), KILLS, dice, DRAIN_TIMEOUT_MS);
      return { outcome, faults: faultsOfKills(outcome) };
    });
    for (const killer of KILLERS) {
      await row(`an order that kills by ${killer} over ${transport}`, async () => {
        const outcome = await surviveKiller(await options(brokers), killer, DRAIN_TIMEOUT_MS);
        return { outcome, faults: faultsOfKiller(outcome) };
      });
    }
  }
} finally {
  await Promise.all([postgres.end(), kafka.end()]);
}
if (failed) process.exitCode = 1;
