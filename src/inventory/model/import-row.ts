import { MAX_ON_HAND } from './stock-level.js';
import { CHRT_ID_TEXT, chrtIdOf } from './stock-request.js';

/** Rows that one file may bring. */
export const MAX_IMPORT_ROWS = 1_000_000;

/** The columns of a file, in any order. */
export const IMPORT_COLUMNS = ['chrt_id', 'nm_id', 'on_hand'] as const;

/** One line of a file: what there is of a thing. */
export interface ImportRow {
  /** Its line in the file, from 1. */
  readonly line: number;
  readonly chrtId: number;
  readonly nmId: number;
  readonly onHand: number;
}

/** The row that the cells of a line stand for, in the order of the columns, or what is wrong with it. */
export function rowOf(line: number, cells: readonly string[]): ImportRow | string {
  const [chrtId, nmId, onHand] = cells.map((cell) => chrtIdOf(cell.trim()));
  const details: string[] = [];
  if (chrtId === undefined) details.push(`chrt_id must be ${CHRT_ID_TEXT}`);
  if (nmId === undefined) details.push(`nm_id must be ${CHRT_ID_TEXT}`);
  if (onHand === undefined || onHand > MAX_ON_HAND)
    details.push(`on_hand must be a whole number from 0 to ${MAX_ON_HAND}`);
  if (details.length > 0) return details.join('; ');
  return { line, chrtId: chrtId!, nmId: nmId!, onHand: onHand! };
}
