import {
  type ImportFormat,
  type LineFault,
  MAX_LINE_FAULTS,
  type RowSink,
} from '../../platform/import-file/import-format.js';
import { readImportFile } from '../../platform/import-file/import-file.js';
import { IMPORT_COLUMNS, MAX_IMPORT_ROWS, type UserRow, userRowOf } from '../model/user-row.js';
import type { StagedUsers } from '../repository/staged-users.js';
import type { UserImportRepository } from '../repository/user-import.repository.js';

const FORMAT: ImportFormat = {
  columns: IMPORT_COLUMNS,
  maxRows: MAX_IMPORT_ROWS,
  // Both texts at their longest take half of it: one that is somewhat too long is told by its name.
  maxRowBytes: 131_072,
};
const ROWS_A_STAGING = 1_000;
/** Whatever their number, rows in memory take a few megabytes. */
const CHARACTERS_A_STAGING = 1_048_576;

/** What came of a file that was applied. */
export interface UserImportCounts {
  readonly rows: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
}

export type UserImportResult =
  | { readonly outcome: 'applied'; readonly counts: UserImportCounts }
  | { readonly outcome: 'invalid'; readonly faults: readonly LineFault[] };

/**
 * Applies a CSV file of users, whole or not at all.
 *
 * @param body the file, as it comes in
 * @param signal ends it with its reason, and nothing is applied
 * @throws TooBusyError while another file is under way, and what the body, PostgreSQL or the network says
 */
export function importUsers(
  repository: UserImportRepository,
  body: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<UserImportResult> {
  return repository.import(async (staged) => {
    const faultsOfLines = await readImportFile(body, FORMAT, new StagingSink(staged), signal);
    const faults = [...faultsOfLines, ...(await repeatedLines(staged))];
    if (faults.length === 0) return { outcome: 'applied', counts: await merge(staged, signal) };
    faults.sort((one, other) => one.line - other.line);
    return { outcome: 'invalid', faults: faults.slice(0, MAX_LINE_FAULTS) };
  });
}

async function repeatedLines(staged: StagedUsers): Promise<LineFault[]> {
  const rows = await staged.repeated(MAX_LINE_FAULTS);
  return rows.map(({ line, user_id }) => ({ line, detail: `user_id ${user_id} stands in a line before` }));
}

async function merge(staged: StagedUsers, signal: AbortSignal): Promise<UserImportCounts> {
  const sum = { rows: 0, created: 0, changed: 0, unchanged: 0 };
  for await (const { rows, created, changed } of staged.merge()) {
    sum.rows += rows;
    sum.created += created;
    sum.changed += changed;
    sum.unchanged += rows - created - changed;
    signal.throwIfAborted();
  }
  return sum;
}

/** Hands valid rows on to the database, some at a time. */
class StagingSink implements RowSink {
  private rows: UserRow[] = [];
  private characters = 0;

  constructor(private readonly staged: StagedUsers) {}

  take(line: number, cells: readonly string[]): string | undefined {
    const row = userRowOf(line, cells);
    if (typeof row === 'string') return row;
    this.rows.push(row);
    this.characters += row.deeplink.length + row.promo_message.length;
    return undefined;
  }

  async settle(isLast: boolean): Promise<void> {
    const isDue = this.rows.length >= ROWS_A_STAGING || this.characters >= CHARACTERS_A_STAGING;
    if (this.rows.length === 0 || !(isDue || isLast)) return;
    const { rows } = this;
    this.rows = [];
    this.characters = 0;
    await this.staged.append(rows);
  }
}
