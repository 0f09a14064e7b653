/**
 * `make faults-entries`: eight callers do everything that can be done to entries, while replicas, PostgreSQL, Redis and Kafka
 * come and go, and each answer is held against one order of all writes. Then the program is stopped under load, and started
 * again. Prints what was answered, and ends with 1 when anything was told that cannot be true, or was lost.
 */
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Dice } from '../dice.js';
import { type Column, markdownTable } from '../outcome-table.js';
import { FAULTS } from './entries-faults.js';
import { EntriesServices } from './entries-services.js';
import { runStop, type Stopped } from './stop.js';
import { runTruth, type Truth } from './truth.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    operations: { type: 'string', default: '200000' },
    replicas: { type: 'string', default: '2' },
    stops: { type: 'string', default: '10' },
    sabotage: { type: 'string' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});

type Answers = readonly [operation: string, counts: ReadonlyMap<number, number>];
type Befell = readonly [name: string, what: { readonly times: number; readonly wellAfterMs: number }];
type StopRow = Stopped & { readonly write: string };

const ANSWERS: readonly Column<Answers>[] = [
  ['operation', ([operation]) => operation],
  [
    'answers',
    ([, counts]) =>
      [...counts]
        .sort(([one], [other]) => one - other)
        .map(([status, count]) => (status === 0 ? `${count} without an answer` : `${count} of ${status}`))
        .join(', '),
  ],
];

const BEFELL: readonly Column<Befell>[] = [
  ['what befell', ([name]) => name],
  ['times', ([, { times }]) => String(times)],
  ['well after, s, at most', ([, { wellAfterMs }]) => (wellAfterMs / 1_000).toFixed(1)],
];

const mostOf = (ms: readonly number[]): string => (Math.max(...ms) / 1_000).toFixed(1);

const STOPS: readonly Column<StopRow>[] = [
  ['ENTRIES_WRITE', ({ write }) => write],
  ['stops', ({ storedAfter }) => String(storedAfter.length)],
  ['acknowledged writes', ({ acknowledged }) => String(acknowledged)],
  ['all stored after, s, at most', ({ storedAfter }) => mostOf(storedAfter.map(({ passedMs }) => passedMs))],
  ['with a processor for all', ({ storedAfter }) => mostOf(storedAfter.map(({ fairMs }) => fairMs))],
];

/** Settings that have the program broken on purpose. @param name of a file in `sabotage/`, without its end */
const sabotaged = (name: string | undefined): Record<string, string> =>
  name === undefined
    ? {}
    : { NODE_OPTIONS: `--import "${fileURLToPath(new URL(`../sabotage/${name}.mjs`, import.meta.url))}"` };

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const print = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): void => {
  if (rows.length > 0) process.stdout.write(`${markdownTable(columns, rows)}\n\n`);
};

/** @returns how many kinds of lies there were */
function tellTruth({ findings, recorder, history, befell }: Truth): number {
  print(ANSWERS, [...recorder.answers]);
  print(BEFELL, [...befell]);
  const lines = findings.lines();
  say(`${recorder.answered} answers: ${lines.length === 0 ? 'all of them can be true' : 'BROKEN'}`);
  for (const line of lines) say(`  ${line}`);
  if (lines.length === 0) return 0;
  const file = join(tmpdir(), `entries-${values.seed}.txt`);
  writeFileSync(file, history.lines().join('\n'));
  say(`  all that was done and told is in ${file}`);
  return lines.length;
}

async function main(): Promise<void> {
  say(`seed ${values.seed}`);
  const dice = new Dice(Number(values.seed));
  const env = sabotaged(values.sabotage);
  const faults = FAULTS.filter(({ name }) => name.includes(values.only));
  const stops = 'stop under load'.includes(values.only) ? Number(values.stops) : 0;
  let broken = 0;
  const services = await EntriesServices.start();
  try {
    if (faults.length > 0) {
      const options = {
        operations: Number(values.operations),
        replicas: Number(values.replicas),
        faults,
        env,
      };
      broken += tellTruth(await runTruth(services, options, dice));
    }
    const rows: StopRow[] = [];
    for (const write of stops > 0 ? (['through', 'behind'] as const) : []) {
      const stopped = await runStop(services, { write, times: stops, env }, dice);
      rows.push({ ...stopped, write });
      say(`stopped under load, ${write}: ${stopped.broken.length === 0 ? 'as promised' : 'BROKEN'}`);
      for (const line of stopped.broken) say(`  ${line}`);
      broken += stopped.broken.length;
    }
    print(STOPS, rows);
  } finally {
    await services.end();
  }
  if (broken > 0 || faults.length + stops === 0) process.exitCode = 1;
}

await main();
