import type { Progress } from '../src/platform/progress.js';
import type { Services } from './services.js';

/** One line of a benchmark's table: the same quantity, measured once in each round. */
export interface Measurement {
  readonly name: string;
  /** `orders/s`, `s`, `CPU s`, `ms`, `MB` (1,000,000 bytes), `bytes`, `orders`, `messages`, `a life`, `times` */
  readonly unit: string;
  readonly rounds: readonly number[];
}

/** Which measurements people see side by side: the one in a line and a column is called `<line>: <column>`. */
export interface Sheet {
  readonly lines: readonly string[];
  /** One without any measurement is left out. */
  readonly columns: readonly string[];
}

/** What a benchmark found out. */
export interface Findings {
  /** What was done to what, and where its clock starts and stops, for people: one sentence a line. */
  readonly definition: readonly string[];
  readonly settings: Readonly<Record<string, number>>;
  readonly measurements: readonly Measurement[];
  /** How people see them; undefined: one below the other. */
  readonly sheet?: Sheet;
  /** What the program did wrong, one line each. A figure of a run that lost something is worth nothing. */
  readonly faults: readonly string[];
}

/** A benchmark, under the name that it is run by. Slow is a finding; wrong is a fault. */
export interface Benchmark {
  readonly name: string;
  run(services: Services, progress: Progress): Promise<Findings>;
}

export const BYTES_PER_MB = 1_000_000;

/** A line of what cannot be measured everywhere: none when a round has no value. */
export function measuredWherePossible(
  name: string,
  unit: string,
  rounds: readonly (number | undefined)[],
): Measurement[] {
  const measured = rounds.filter((value) => value !== undefined);
  return measured.length < rounds.length ? [] : [{ name, unit, rounds: measured }];
}

/** Round by round, since both of a round were measured while the machine was the same. */
export function ratios(values: readonly number[], references: readonly number[]): number[] {
  return values.map((value, round) => value / references[round]!);
}

/**
 * A number that the environment may set, for a shorter or a longer run.
 *
 * @throws RangeError when it is no whole number of 1 or more
 */
export function settingFrom(name: string, defaultValue: number): number {
  const text = process.env[name]?.trim() ?? '';
  if (text === '') return defaultValue;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new RangeError(`${name} is "${text}": expected a whole number, 1 or more`);
  return Number(text);
}
