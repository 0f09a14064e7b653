import type { Outcome } from './run-fault.js';

/** A column's title, and what it says of a row. */
export type Column<Row> = readonly [title: string, textOf: (row: Row) => string];

const COLUMNS: readonly Column<Outcome>[] = [
  ['fault', (outcome) => outcome.fault],
  ['times', (outcome) => String(outcome.times)],
  ['orders in', (outcome) => String(outcome.ordersIn)],
  ['stored', (outcome) => String(outcome.stored)],
  ['payment events', (outcome) => String(outcome.paymentEvents)],
  ['carrier events', (outcome) => String(outcome.carrierEvents)],
  ['announcements', (outcome) => String(outcome.announcements)],
  ['lost', (outcome) => String(outcome.lost)],
  ['duplicated', (outcome) => String(outcome.duplicated)],
  ['missing', (outcome) => String(outcome.eventsMissing)],
  ['other findings', (outcome) => String(outcome.otherFindings)],
  ['dead letters', (outcome) => String(outcome.deadLetters)],
  ['reads', (outcome) => String(outcome.reads)],
  ['s until normal', (outcome) => outcome.secondsUntilNormal.toFixed(1)],
];

export const tableOf = (outcomes: readonly Outcome[]): string => markdownTable(COLUMNS, outcomes);

/** As Markdown, in aligned columns. */
export function markdownTable<Row>(columns: readonly Column<Row>[], of: readonly Row[]): string {
  const rows = [
    columns.map(([title]) => title),
    ...of.map((row) => columns.map(([, textOf]) => textOf(row))),
  ];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  const [head, ...body] = rows;
  return [line(head!), `| ${rule.join(' | ')} |`, ...body.map(line)].join('\n');
}
