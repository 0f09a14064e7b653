/**
 * `make faults-promos`: look-ups of users by two programs on one PostgreSQL and one Redis, while either is away, hangs, is
 * slow or holds what is wrong, and while users change. Prints what was answered and how soon, and ends with 1 when anything
 * was told that must not be.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { findCommand } from '../../support/debian-packages.js';
import { Dice } from '../dice.js';
import { FaultyPostgres } from '../faulty-postgres.js';
import { type Column, markdownTable } from '../outcome-table.js';
import { FRESHNESS_RUNS } from './freshness-runs.js';
import { type Freshness, measureFreshness } from './freshness.js';
import { Promises, type Told } from './promises.js';
import { PromosStage } from './promos-stage.js';
import { FULL, type PromosScenario, USERS_A_SCALE } from './scenario.js';
import { SCENARIOS } from './scenarios.js';
import { USUAL_CROWD } from './shared-reads.js';
import { untilBothWell } from './well-again.js';

/** As PROMOS_REQUEST_TIMEOUT_MS has it where nobody sets it. */
const REQUEST_TIMEOUT_MS = 300;
/** What a busy machine may add; a hop that waited without an end would take longer by far. */
const SLACK_MS = 250;

type Row = Told & { readonly scenario: string };
type FreshnessRow = Freshness & { readonly meanwhile: string };

const listOf = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([message, count]) => `${count} ${message}`).join(', ');

const COLUMNS: readonly Column<Row>[] = [
  ['what befalls', ({ scenario }) => scenario],
  ['who is asked for', ({ what }) => what],
  ['answers', ({ answers }) => listOf(answers)],
  ['p50 ms', ({ p50Ms }) => p50Ms.toFixed(1)],
  ['p99 ms', ({ p99Ms }) => p99Ms.toFixed(1)],
  ['max ms', ({ maxMs }) => maxMs.toFixed(1)],
];

const FRESHNESS_COLUMNS: readonly Column<FreshnessRow>[] = [
  ['64 readers, meanwhile', ({ meanwhile }) => meanwhile],
  ['changes', ({ changes }) => String(changes)],
  ['reads', ({ reads }) => String(reads)],
  ['of them held', ({ hits }) => String(hits)],
  ['no answer', ({ unanswered }) => listOf(unanswered) || '0'],
  ['oldest, ms', ({ oldestMs }) => oldestMs.toFixed(0)],
  ['older than promised', ({ staleCount }) => String(staleCount)],
];

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});

async function runScenario(stage: PromosStage, scenario: PromosScenario): Promise<[Row[], string[]]> {
  const promises = new Promises(stage.stored, REQUEST_TIMEOUT_MS + SLACK_MS);
  await scenario.run(stage, promises, FULL);
  return [promises.told.map((told) => ({ ...told, scenario: scenario.name })), promises.broken()];
}

function say(name: string, broken: readonly string[]): void {
  process.stderr.write(`${name}: ${broken.length === 0 ? 'as promised' : 'BROKEN'}\n`);
  for (const line of broken) process.stderr.write(`  ${line}\n`);
}

/** @returns how many promises were broken, and how many scenarios there were */
async function runAll(stage: PromosStage, dice: Dice): Promise<[broken: number, ran: number]> {
  const rows: Row[] = [];
  const freshnessRows: FreshnessRow[] = [];
  let [brokenCount, ran] = [0, 0];
  const chosen = <T extends { name: string }>(all: readonly T[]) =>
    all.filter(({ name }) => name.includes(values.only));
  for (const scenario of chosen([...SCENARIOS, USUAL_CROWD])) {
    const [told, broken] = await runScenario(stage, scenario);
    rows.push(...told);
    say(scenario.name, broken);
    brokenCount += broken.length;
    ran += 1;
  }
  for (const { name, ...options } of chosen(FRESHNESS_RUNS)) {
    const freshness = await measureFreshness(stage, options, dice);
    freshnessRows.push({ ...freshness, meanwhile: name });
    say(name, freshness.broken);
    brokenCount += freshness.broken.length;
    ran += 1;
    await untilBothWell(stage);
  }
  if (rows.length > 0) process.stdout.write(`${markdownTable(COLUMNS, rows)}\n\n`);
  if (freshnessRows.length > 0) process.stdout.write(`${markdownTable(FRESHNESS_COLUMNS, freshnessRows)}\n`);
  return [brokenCount, ran];
}

async function main(): Promise<void> {
  process.stderr.write(`seed ${values.seed}\n`);
  const redisCommand = await findCommand('redis-server');
  if (redisCommand === undefined) throw new Error('no redis-server on the PATH');
  const postgres = await FaultyPostgres.start();
  let stage: PromosStage | undefined;
  try {
    stage = await PromosStage.open({
      connection: { ...postgres.connection, database: await postgres.createDatabase() },
      redisCommand,
      users: FULL.users * USERS_A_SCALE,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
    });
    await untilBothWell(stage);
    const [broken, ran] = await runAll(stage, new Dice(Number(values.seed)));
    if (broken > 0 || ran === 0) process.exitCode = 1;
  } finally {
    await stage?.close();
    await postgres.end();
  }
}

await main();
