import type { Progress } from '../../src/platform/progress.js';
import type { LoadResult } from '../load/load-options.js';
import { SERVER_CORE } from '../pinning.js';
import { type ReferenceServer, startReference } from '../reference-server.js';
import type { HeldOrders } from '../references/ready-orders.js';
import type { Figures } from './figures.js';
import { type HotRow, hotRows, REFERENCES, type ReferenceName } from './hot-rows.js';
import { differences, measureProgram, measureReference, takeSample } from './hot-turn.js';
import { warmed, withPinnedProgram } from './pinned-program.js';

const WAYBILL = 'waybill';

export interface HotOptions {
  readonly databaseUrl: string;
  /** How many of the newest are held in memory, and asked for. */
  readonly orders: number;
  readonly rounds: number;
  /** How long each of them is under load, each time. */
  readonly seconds: number;
}

/** The servers that take turns, by their names in the table: only one is under load at a time. */
type Urls = Readonly<Record<string, string>> & Readonly<Record<typeof WAYBILL, string>>;

/** Measures what memory answers, by the references and by the program. @returns what was wrong */
export async function measureHot(
  options: HotOptions,
  figures: Figures,
  progress: Progress,
): Promise<string[]> {
  const { databaseUrl, orders, rounds } = options;
  const rows = hotRows(orders);
  const turns = rows.reduce((sum, { references }) => sum + references.length + 1, 0);
  return withReferences(orders, (references) =>
    withPinnedProgram(warmed(databaseUrl, orders), async (waybill) => {
      const faults: string[] = [];
      for (let round = 1; round <= rounds; round++) {
        const title = `read, from memory, round ${round} of ${rounds}`;
        let turn = 0;
        progress.start(title);
        const onTurn = (): void => progress.show(++turn, turns);
        for (const row of rows) {
          const wrong = await measureRow(row, { ...references, waybill }, options.seconds, figures, onTurn);
          faults.push(...wrong.map((fault) => `${title}, ${row.name}, ${fault}`));
        }
        progress.finish();
      }
      return faults;
    }),
  );
}

async function withReferences<T>(
  orders: number,
  work: (urls: Readonly<Record<ReferenceName, string>>) => Promise<T>,
): Promise<T> {
  const held: HeldOrders = { orders };
  const started: [string, ReferenceServer][] = [];
  try {
    for (const [name, file] of Object.entries(REFERENCES)) {
      started.push([name, await startReference(file, held, SERVER_CORE)]);
    }
    const urls = Object.fromEntries(started.map(([name, { url }]) => [name, url]));
    return await work(urls as Record<ReferenceName, string>);
  } finally {
    for (const [, reference] of started) await reference.stop();
  }
}

/** Measures the servers that a row names and the program, one after the other. @returns what was wrong */
export async function measureRow(
  row: HotRow,
  urls: Urls,
  seconds: number,
  figures: Figures,
  onTurn: () => void,
): Promise<string[]> {
  const faults: string[] = [];
  // What is absent is known to be so from the second time on.
  await takeSample(row, urls.waybill);
  const programSample = await takeSample(row, urls.waybill);
  const results = new Map<string, LoadResult>();
  // The machine may become slower or faster meanwhile: what is compared first of all is measured one after the other.
  const [first, ...others] = row.references;
  for (const name of [first, WAYBILL, ...others] as const) {
    const isProgram = name === WAYBILL;
    const sample = isProgram ? programSample : await takeSample(row, urls[name]!);
    const turn = await (isProgram ? measureProgram : measureReference)(row, urls[name]!, seconds, sample);
    results.set(name, turn.result);
    const wrong = [...differences(sample, programSample), ...turn.faults];
    faults.push(...wrong.map((fault) => `${name}: ${fault}`));
    onTurn();
  }
  addTo(figures, row, results);
  return faults;
}

function addTo(
  figures: Figures,
  { name: row, references }: HotRow,
  results: ReadonlyMap<string, LoadResult>,
): void {
  const all = [...references, WAYBILL].map((name) => [name, results.get(name)!] as const);
  const program = results.get(WAYBILL)!;
  for (const [name, { answersPerSecond }] of all) {
    figures.add(`${row}: ${name}`, 'requests/s', answersPerSecond);
  }
  for (const [name, { answersPerSecond }] of all.slice(0, -1)) {
    figures.add(`${row}: ${WAYBILL} / ${name}`, 'times', program.answersPerSecond / answersPerSecond);
  }
  for (const [name, { p99Ms }] of all) figures.add(`${row}, p99: ${name}`, 'ms', p99Ms);
}
