import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Findings, Measurement, Sheet } from './benchmark.js';
import { describeServer } from './database.js';
import type { Services } from './services.js';

const RESULTS_DIR = join(import.meta.dirname, 'results');

/** What the figures depend on; nothing that tells whose machine it is. */
export interface Machine {
  readonly cores: number;
  readonly node: string;
  readonly postgres: string;
  /** Undefined when no benchmark of the run needed it. */
  readonly kafka: string | undefined;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export async function describeMachine(services: Services): Promise<Machine> {
  const { connection } = await services.postgres();
  return {
    cores: availableParallelism(),
    node: process.versions.node,
    postgres: await describeServer(connection),
    kafka: await services.kafkaVersion(),
  };
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return {
    median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2,
    min: sorted[0]!,
    max: sorted.at(-1)!,
  };
}

/** Three digits that mean something: 7,431 · 12.3 · 1.08 */
function shown(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function rowOf({ name, unit, rounds }: Measurement): string[] {
  const { median, min, max } = spreadOf(rounds);
  return [name, shown(median), `${shown(min)} – ${shown(max)}`, unit];
}

/** A figure a row, with its spread. */
function listRows(measurements: readonly Measurement[]): string[][] {
  return [['', 'median', 'min – max', ''], ...measurements.map(rowOf)];
}

/** The medians of a sheet, below the names of its columns and their units. */
function sheetRows({ lines, columns }: Sheet, measurements: readonly Measurement[]): string[][] {
  const byName = new Map(measurements.map((measurement) => [measurement.name, measurement]));
  const shownColumns = columns.flatMap((column) => {
    const cells = lines.map((line) => byName.get(`${line}: ${column}`));
    const unit = cells.find((cell) => cell !== undefined)?.unit;
    return unit === undefined ? [] : [{ column, unit, cells }];
  });
  return [
    ['', ...shownColumns.map(({ column }) => column)],
    ['', ...shownColumns.map(({ unit }) => unit)],
    ...lines.map((line, at) => [
      line,
      ...shownColumns.map(({ cells }) => (cells[at] ? shown(spreadOf(cells[at].rounds).median) : '')),
    ]),
  ];
}

/** The figures as people read them. */
export function tableOf(
  name: string,
  { definition, settings, measurements, sheet }: Findings,
  machine: Machine,
): string {
  const rows = sheet === undefined ? listRows(measurements) : sheetRows(sheet, measurements);
  const isText = (column: number): boolean => column === 0 || (sheet === undefined && column === 3);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  const setUp = Object.entries(settings).map(
    ([setting, value]) => `${setting} ${value.toLocaleString('en')}`,
  );
  const kafka = machine.kafka === undefined ? '' : `, Kafka ${machine.kafka}`;
  return [
    name,
    ...definition.map((line) => `  ${line}`),
    `  ${setUp.join(', ')}`,
    `  ${machine.cores} cores, Node ${machine.node}, PostgreSQL ${machine.postgres}${kafka}`,
    '',
    ...lines.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** The figures as programs read them: `bench/results/<name>.json`. */
export async function writeResult(name: string, findings: Findings, machine: Machine): Promise<void> {
  const result = {
    benchmark: name,
    finishedAt: new Date().toISOString(),
    machine,
    ...findings,
    measurements: findings.measurements.map((measurement) => ({
      ...measurement,
      ...spreadOf(measurement.rounds),
    })),
  };
  await mkdir(RESULTS_DIR, { recursive: true });
  await writeFile(join(RESULTS_DIR, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
}
