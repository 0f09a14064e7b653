import type { Sheet } from '../benchmark.js';
import type { Figures } from '../read/figures.js';
import { CPU_OF } from './cpu-meter.js';

const CPU_UNITS = Object.fromEntries(CPU_OF.map((name) => [name, 'cores']));

/** The columns, in order, with their units. */
const UNITS = {
  asked: '/s',
  held: '/s',
  p50: 'ms',
  p99: 'ms',
  'p99 / raw': 'times',
  'p99.9': 'ms',
  max: 'ms',
  errors: 'requests',
  memory: '%',
  redis: '%',
  store: '%',
  ...(CPU_UNITS as Record<(typeof CPU_OF)[number], string>),
  sender: 'cores',
  late: 'ms',
  behind: 'messages',
  'caught up': 's',
};

export type Column = keyof typeof UNITS;

/** What was measured of the requests of one kind. What there is not is left out. */
export interface SheetLine {
  readonly line: string;
  readonly figures: Readonly<Partial<Record<Column, number | undefined>>>;
}

/** Adds one round's values. */
export function addLine(figures: Figures, { line, figures: values }: SheetLine): void {
  for (const [column, unit] of Object.entries(UNITS)) {
    const value = values[column as Column];
    if (value !== undefined) figures.add(`${line}: ${column}`, unit, value);
  }
}

/** @param lines in their order; one that was measured again stands once */
export function sheetOf(lines: readonly string[]): Sheet {
  return { lines: [...new Set(lines)], columns: Object.keys(UNITS) };
}
