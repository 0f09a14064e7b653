import { CsvError, parse, type Parser } from 'csv-parse';
import { pipeline } from 'node:stream/promises';
import { nextTurn } from '../event-loop-turns.js';
import type { ImportFormat, LineFault, RowSink } from './import-format.js';
import { ImportLines } from './import-lines.js';
import { untilAborted } from './until-aborted.js';

/** Some 600 short lines, which take a millisecond or two. */
const BYTES_A_TURN = 16_384;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');
/** csv-parse's name for it; it does not see that a row has no end where all of its cells are empty. */
const TOO_LONG = 'CSV_MAX_RECORD_SIZE';

/**
 * Reads a CSV file (RFC 4180) as it comes in, with a header. It is never held as a whole.
 *
 * @param signal ends it with its reason
 * @returns what is wrong with its lines; the others went into the sink
 * @throws what the body throws, such as when its sender is gone, and what the sink does
 */
export async function readImportFile(
  body: AsyncIterable<Buffer>,
  format: ImportFormat,
  sink: RowSink,
  signal?: AbortSignal,
): Promise<readonly LineFault[]> {
  const lines = new ImportLines(format, sink);
  const parser = parse({
    // A character a byte: what is not UTF-8 would be replaced, and nobody told.
    encoding: 'latin1',
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: format.maxRowBytes,
    on_record: (cells: string[], place) => {
      lines.take(cells, place);
      return null;
    },
  });
  const incoming = signal === undefined ? body : untilAborted(body, signal);
  try {
    // No record comes out of it: `on_record` has taken each.
    parser.resume();
    await pipeline(inTurns(withoutMark(incoming), { format, lines, parser, sink }), parser);
  } catch (error) {
    if (isCsvError(error)) lines.endBehindLast(`is no CSV: ${error.code}`, parser.info);
    else if (!(error instanceof EnoughReadError)) throw error;
  }
  await sink.settle?.(true);
  lines.end();
  return lines.faults;
}

/** There are as many faults as are told, or more rows than may be. */
class EnoughReadError extends Error {}

const isCsvError = (error: unknown): error is CsvError => error instanceof CsvError;

interface Reading {
  readonly format: ImportFormat;
  readonly lines: ImportLines;
  readonly parser: Parser;
  readonly sink: RowSink;
}

async function* inTurns(
  body: AsyncIterable<Buffer>,
  { format, lines, parser, sink }: Reading,
): AsyncGenerator<Buffer> {
  // Each quote in a cell may be written twice.
  const mostPendingBytes = 2 * format.maxRowBytes + BYTES_A_TURN;
  let emptyLines = 0;
  for await (const chunk of body) {
    for (let start = 0; start < chunk.length; start += BYTES_A_TURN) {
      await nextTurn('background');
      await sink.settle?.(false);
      if (parser.info.empty_lines > emptyLines) lines.pendingBytes = 0;
      emptyLines = parser.info.empty_lines;
      if (lines.pendingBytes > mostPendingBytes) lines.endBehindLast(`is no CSV: ${TOO_LONG}`, parser.info);
      if (lines.hasEnded) throw new EnoughReadError();
      const piece = chunk.subarray(start, start + BYTES_A_TURN);
      lines.pendingBytes += piece.length;
      yield piece;
    }
  }
}

async function* withoutMark(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of body) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < BYTE_ORDER_MARK.length) continue;
    yield unmarked(head);
    head = undefined;
  }
  if (head !== undefined) yield head;
}

const unmarked = (head: Buffer): Buffer =>
  head.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
    ? head.subarray(BYTE_ORDER_MARK.length)
    : head;
