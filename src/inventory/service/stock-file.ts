import type { ImportFormat, LineFault, RowSink } from '../../platform/import-file/import-format.js';
import { readImportFile } from '../../platform/import-file/import-file.js';
import { IMPORT_COLUMNS, MAX_IMPORT_ROWS, rowOf } from '../model/import-row.js';
import { ImportRows } from './import-rows.js';

const FORMAT: ImportFormat = {
  columns: IMPORT_COLUMNS,
  maxRows: MAX_IMPORT_ROWS,
  // Three numbers, with quotes and blanks around them.
  maxRowBytes: 1_000,
};

/** What a file holds: rows that are all valid by themselves, or what is wrong with its lines. */
export interface StockFile {
  readonly rows: ImportRows;
  readonly faults: readonly LineFault[];
}

/** Reads a file of counts as it comes in. @throws what the body throws, such as when its sender is gone */
export async function readStockFile(body: AsyncIterable<Buffer>, format = FORMAT): Promise<StockFile> {
  const stock = new StockRows();
  const faults = await readImportFile(body, format, stock);
  return { rows: stock.rows, faults };
}

/** Rows, of which each is of another thing. */
class StockRows implements RowSink {
  readonly rows = new ImportRows();
  private readonly seen = new Set<number>();

  take(line: number, cells: readonly string[]): string | undefined {
    const row = rowOf(line, cells);
    if (typeof row === 'string') return row;
    if (this.seen.has(row.chrtId)) return `chrt_id ${row.chrtId} stands in a line before`;
    this.seen.add(row.chrtId);
    this.rows.push(row);
    return undefined;
  }
}
