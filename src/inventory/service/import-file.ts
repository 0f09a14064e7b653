import { CsvError, parse } from 'csv-parse';
import { pipeline } from 'node:stream/promises';
import { nextTurn } from '../../platform/event-loop-turns.js';
import { type ColumnPlaces, type LineFault, MAX_IMPORT_ROWS, placesOf, rowOf } from '../model/import-row.js';
import { ImportRows } from './import-rows.js';

/** Some 600 lines, which take a millisecond or two. */
const BYTES_A_TURN = 16_384;
/** Of three numbers, with quotes and blanks around them. */
const MAX_LINE_CHARACTERS = 1_000;
/** Enough to mend a file by; what stands behind them is not read. */
export const MAX_LINE_FAULTS = 100;

/** What a file holds: rows that are all valid by themselves, or what is wrong with its lines. */
export interface ReadFile {
  readonly rows: ImportRows;
  readonly faults: readonly LineFault[];
}

/** There are as many faults as are told, or more rows than may be. */
class EnoughReadError extends Error {}

/**
 * Reads a CSV file (RFC 4180) as it comes in, with a header. It is never held as a whole.
 *
 * @throws what the body throws, such as when its sender is gone
 */
export async function readImportFile(
  body: AsyncIterable<Buffer>,
  maxRows = MAX_IMPORT_ROWS,
): Promise<ReadFile> {
  const file = new FileReader(maxRows);
  const parser = parse({
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_LINE_CHARACTERS,
    on_record: (cells: string[], { lines }) => {
      file.take(cells, lines);
      return null;
    },
  });
  try {
    // No record comes out of it: `on_record` has taken each.
    parser.resume();
    await pipeline(inTurns(body, file), parser);
  } catch (error) {
    if (isCsvError(error)) file.faultBehindLast(`is no CSV: ${error.code}`);
    else if (!(error instanceof EnoughReadError)) throw error;
  }
  return file.read();
}

const isCsvError = (error: unknown): error is CsvError => error instanceof CsvError;

async function* inTurns(body: AsyncIterable<Buffer>, file: FileReader): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    for (let start = 0; start < chunk.length; start += BYTES_A_TURN) {
      await nextTurn('background');
      if (file.hasEnded) throw new EnoughReadError();
      yield chunk.subarray(start, start + BYTES_A_TURN);
    }
  }
}

/** Takes a file's lines in, one after the other. */
class FileReader {
  private readonly rows = new ImportRows();
  private readonly faults: LineFault[] = [];
  private readonly seen = new Set<number>();
  private places: ColumnPlaces | undefined;
  private hasHeader = false;
  private lastLine = 0;

  constructor(private readonly maxRows: number) {}

  get isFull(): boolean {
    return this.faults.length >= MAX_LINE_FAULTS;
  }

  /** Whether nothing in the rest of the file matters. */
  get hasEnded(): boolean {
    return this.isFull || (this.hasHeader && this.places === undefined);
  }

  take(cells: readonly string[], line: number): void {
    this.lastLine = line;
    if (this.isFull) return;
    if (!this.hasHeader) return this.takeHeader(cells, line);
    if (this.places === undefined) return;
    if (this.rows.length === this.maxRows) return this.endWith(line);
    const row = rowOf(line, cells, this.places);
    if (typeof row === 'string') return this.fault(line, row);
    if (this.seen.has(row.chrtId)) return this.fault(line, `chrt_id ${row.chrtId} stands in a line before`);
    this.seen.add(row.chrtId);
    this.rows.push(row);
  }

  fault(line: number, detail: string): void {
    if (!this.isFull) this.faults.push({ line, detail });
  }

  /** A fault of the line that was not taken in, since it has no end. */
  faultBehindLast(detail: string): void {
    this.fault(this.lastLine + 1, detail);
  }

  read(): ReadFile {
    if (this.rows.length === 0 && this.faults.length === 0)
      this.fault(1, 'must be a header, with rows behind it');
    return { rows: this.rows, faults: this.faults };
  }

  private takeHeader(cells: readonly string[], line: number): void {
    this.hasHeader = true;
    const places = placesOf(cells);
    if (typeof places === 'string') this.fault(line, places);
    else this.places = places;
  }

  /** The file is too long, whatever stands in the rest of it. */
  private endWith(line: number): void {
    this.faults.length = Math.min(this.faults.length, MAX_LINE_FAULTS - 1);
    this.fault(line, `is beyond the ${this.maxRows} rows that a file may have`);
    this.places = undefined;
  }
}
