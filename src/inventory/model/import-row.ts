import { MAX_ON_HAND } from './stock-level.js';
import { CHRT_ID_TEXT, chrtIdOf } from './stock-request.js';

/** Rows that one file may bring. */
export const MAX_IMPORT_ROWS = 1_000_000;

/** The columns of a file, in any order. */
export const IMPORT_COLUMNS = ['chrt_id', 'nm_id', 'on_hand'] as const;
export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

/** One line of a file: what there is of a thing. */
export interface ImportRow {
  /** Its line in the file, from 1. */
  readonly line: number;
  readonly chrtId: number;
  readonly nmId: number;
  readonly onHand: number;
}

/** What is wrong with a line. */
export interface LineFault {
  readonly line: number;
  readonly detail: string;
}

/** Where a column stands in a line, by its name. */
export type ColumnPlaces = Readonly<Record<ImportColumn, number>>;

/** The places that a file's first line tells, or what is wrong with it. */
export function placesOf(header: readonly string[]): ColumnPlaces | string {
  const names = header.map((name) => name.trim());
  const wanted = `must name the columns ${IMPORT_COLUMNS.join(', ')}, each once`;
  const isComplete =
    names.length === IMPORT_COLUMNS.length && IMPORT_COLUMNS.every((name) => names.includes(name));
  if (!isComplete) return wanted;
  return Object.fromEntries(IMPORT_COLUMNS.map((name) => [name, names.indexOf(name)])) as ColumnPlaces;
}

/** The row that the cells of a line stand for, or what is wrong with it. */
export function rowOf(line: number, cells: readonly string[], places: ColumnPlaces): ImportRow | string {
  if (cells.length !== IMPORT_COLUMNS.length)
    return `has ${cells.length} cells: expected ${IMPORT_COLUMNS.length}`;
  const chrtId = chrtIdOf(cells[places.chrt_id]!.trim());
  const nmId = chrtIdOf(cells[places.nm_id]!.trim());
  const onHand = chrtIdOf(cells[places.on_hand]!.trim());
  const details: string[] = [];
  if (chrtId === undefined) details.push(`chrt_id must be ${CHRT_ID_TEXT}`);
  if (nmId === undefined) details.push(`nm_id must be ${CHRT_ID_TEXT}`);
  if (onHand === undefined || onHand > MAX_ON_HAND)
    details.push(`on_hand must be a whole number from 0 to ${MAX_ON_HAND}`);
  if (details.length > 0) return details.join('; ');
  return { line, chrtId: chrtId!, nmId: nmId!, onHand: onHand! };
}
