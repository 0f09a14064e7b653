/**
 * `make faults-sensors`: readings of 1,000 sensors in one partition, with the program in a process of its own, while
 * nothing fails, while PostgreSQL and Redis are away and the program is killed, and with tombstones among them. Prints
 * what became of each reading, and ends with 1 when anything was lost, stored twice or otherwise wrong.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Dice } from '../dice.js';
import { type Column, markdownTable } from '../outcome-table.js';
import { startServices } from '../services.js';
import { FULL, scaledTo, SCENARIOS } from './scenarios.js';
import { runScenario, type SensorsOutcome } from './run-scenario.js';

const EX_USAGE = 64;
const LEAST_READINGS = 2_000;
const BYTES_PER_MB = 1_000_000;

const COLUMNS: readonly Column<SensorsOutcome>[] = [
  ['readings of 1,000 sensors', ({ scenario }) => scenario],
  ['sent', ({ sent }) => String(sent)],
  ['stored', ({ stored }) => String(stored)],
  ['lost', ({ lost }) => String(lost)],
  ['twice', ({ twice }) => String(twice)],
  ['wrong latest', ({ wrongLatest }) => String(wrongLatest)],
  ['other findings', ({ otherFindings }) => String(otherFindings)],
  ['kills', ({ kills }) => String(kills)],
  ['reads', ({ reads }) => String(reads)],
  ['s until stored', ({ secondsUntilStored }) => secondsUntilStored.toFixed(1)],
  ['peak MB', ({ peakBytes }) => (peakBytes / BYTES_PER_MB).toFixed(0)],
];

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    readings: { type: 'string', default: String(FULL.readings) },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});

async function main(): Promise<void> {
  const readings = Number(values.readings);
  if (!Number.isSafeInteger(readings) || readings < LEAST_READINGS) {
    process.stderr.write(`--readings must be a whole number from ${LEAST_READINGS} on\n`);
    process.exitCode = EX_USAGE;
    return;
  }
  process.stderr.write(`seed ${values.seed}\n`);
  const dice = new Dice(Number(values.seed));
  const { postgres, kafka, redis, stop } = await startServices();
  const outcomes: SensorsOutcome[] = [];
  try {
    const services = { postgres, brokers: kafka.brokers, redis };
    for (const scenario of SCENARIOS.filter(({ name }) => name.includes(values.only))) {
      const startedAt = performance.now();
      const outcome = await runScenario(services, scenario, scaledTo(readings), dice);
      outcomes.push(outcome);
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
      process.stderr.write(`${scenario.name}: ${seconds} s\n`);
      for (const line of outcome.details) process.stderr.write(`  ${line}\n`);
    }
  } finally {
    await stop();
  }
  process.stdout.write(`${markdownTable(COLUMNS, outcomes)}\n`);
  if (outcomes.length === 0 || outcomes.some(({ details }) => details.length > 0)) process.exitCode = 1;
}

await main();
