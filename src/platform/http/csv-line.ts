/** What is written into a cell: a number stays one, also where it is negative. */
export type CsvCell = string | number | bigint;

const END_OF_LINE = '\r\n';
/**
 * What a spreadsheet takes for a formula (OWASP, "CSV Injection"), the full-width forms among it.
 * A text that is a negative number is none.
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const NEGATIVE_NUMBER = /^-\d+(\.\d+)?$/;
const NEEDS_QUOTES = /[",\r\n]/;

/**
 * A line of CSV (RFC 4180) with its end. A text that would begin a formula is led by an apostrophe, by which spreadsheets
 * know a text.
 */
export const csvLine = (cells: readonly CsvCell[]): string => cells.map(cellText).join(',') + END_OF_LINE;

function cellText(cell: CsvCell): string {
  if (typeof cell !== 'string') return String(cell);
  const text = FORMULA.test(cell) && !NEGATIVE_NUMBER.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
