/** What is written into a cell: a number stays one, also where it is negative. */
export type CsvCell = string | number | bigint;

const END_OF_LINE = '\r\n';
/**
 * What a spreadsheet takes for a formula (OWASP, "CSV Injection"), the full-width forms among it.
 * A text that is a negative number is none.
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const NEGATIVE_NUMBER = /^-\d+(\.\d+)?$/;
/**
 * The same behind what some spreadsheets take for the end of a cell, whatever the quotes say: a semicolon where the comma is
 * the decimal mark, a tab, a bar, the end of a line. Blanks and quotes before it are skipped. No two matches can begin within
 * one run of blanks, so a hostile text takes no longer than another.
 */
const FORMULA_BEHIND_SEPARATOR = /([;|\t\r\n](?:[^\S\t\r\n]|")*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g;
const NEEDS_QUOTES = /[",\r\n]/;

/**
 * A line of CSV (RFC 4180) with its end. What would begin a formula, in the cell or behind a separator in it, is led
 * by an apostrophe, by which spreadsheets know a text.
 */
export const csvLine = (cells: readonly CsvCell[]): string => cells.map(cellText).join(',') + END_OF_LINE;

function cellText(cell: CsvCell): string {
  if (typeof cell !== 'string') return String(cell);
  const led = FORMULA.test(cell) && !NEGATIVE_NUMBER.test(cell) ? `'${cell}` : cell;
  const text = led.replaceAll(FORMULA_BEHIND_SEPARATOR, "$1'");
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
