/**
 * `make faults-customers`: look-ups of customers while replicas are killed and restarted, the broker or the registry is away,
 * replicas come and go, and the topic is made anew. Each answer is held against what Kafka had acknowledged. Prints what was
 * answered, and ends with 1 when anything was not as promised.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startSchemaRegistry } from '../../../scripts/schema-registry.js';
import { Dice } from '../dice.js';
import { FaultyKafka } from '../faulty-kafka.js';
import { FaultyPostgres } from '../faulty-postgres.js';
import { type Column, markdownTable } from '../outcome-table.js';
import { FaultyRegistry } from './faulty-registry.js';
import type { Timed, Told } from './promises.js';
import { runScenario, SCENARIOS } from './run-scenario.js';
import { FULL } from './scenario.js';

type Row = Told & { readonly scenario: string };
type TimedRow = Timed & { readonly scenario: string };

const NO_ANSWER = 0;

const listOf = (statuses: ReadonlyMap<number, number>): string =>
  [...statuses]
    .sort(([one], [other]) => one - other)
    .map(([status, count]) => `${count} ${status === NO_ANSWER ? 'without an answer' : `of ${status}`}`)
    .join(', ');

const COLUMNS: readonly Column<Row>[] = [
  ['what befalls', ({ scenario }) => scenario],
  ['who is asked for', ({ what }) => what],
  ['answers', ({ statuses }) => listOf(statuses)],
  ['p99 ms', ({ latencies }) => (latencies.count === 0 ? '' : latencies.percentile(99).toFixed(1))],
  ['max ms', ({ latencies }) => latencies.max.toFixed(1)],
  ['oldest, ms', ({ oldestMs }) => oldestMs.toFixed(0)],
  ['X-Data-Lag, s', ({ maxLagSeconds }) => String(maxLagSeconds)],
];

const TIMED_COLUMNS: readonly Column<TimedRow>[] = [
  ['what befalls', ({ scenario }) => scenario],
  ['until', ({ what }) => what],
  ['seconds', ({ seconds }) => seconds.toFixed(1)],
];

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    customers: { type: 'string', default: String(FULL.customers) },
    seconds: { type: 'string', default: String(FULL.awaySeconds) },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});

async function main(): Promise<void> {
  process.stderr.write(`seed ${values.seed}\n`);
  const dice = new Dice(Number(values.seed));
  const scale = { ...FULL, customers: Number(values.customers), awaySeconds: Number(values.seconds) };
  const chosen = SCENARIOS.filter(({ name }) => name.includes(values.only));
  const rows: Row[] = [];
  const times: TimedRow[] = [];
  let brokenCount = 0;
  const postgres = await FaultyPostgres.start();
  const kafka = await FaultyKafka.start();
  const running = await startSchemaRegistry({ log: (line) => process.stderr.write(`${line}\n`) });
  const registry = await FaultyRegistry.before(running.url);
  try {
    for (const scenario of chosen) {
      const { name } = scenario;
      const promises = await runScenario({ postgres, kafka, registry }, scenario, scale, dice);
      rows.push(...promises.rows.map((row) => ({ ...row, scenario: name })));
      times.push(...promises.times.map((timed) => ({ ...timed, scenario: name })));
      const broken = promises.broken();
      process.stderr.write(`${name}: ${broken.length === 0 ? 'as promised' : 'BROKEN'}\n`);
      for (const line of broken) process.stderr.write(`  ${line}\n`);
      brokenCount += broken.length;
    }
  } finally {
    await registry.end();
    await running.stop();
    await kafka.end();
    await postgres.end();
  }
  if (rows.length > 0) process.stdout.write(`${markdownTable(COLUMNS, rows)}\n\n`);
  if (times.length > 0) process.stdout.write(`${markdownTable(TIMED_COLUMNS, times)}\n`);
  if (brokenCount > 0 || chosen.length === 0) process.exitCode = 1;
}

await main();
