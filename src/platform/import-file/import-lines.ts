import { isUtf8 } from 'node:buffer';
import { type ImportFormat, type LineFault, MAX_LINE_FAULTS, type RowSink } from './import-format.js';

/** What the parser says of the place that it is at. */
interface ParserPlace {
  /** Of the record's last line, were CR LF within quotes two lines. */
  readonly lines: number;
  readonly empty_lines: number;
}

/** Takes a file's lines in, one after the other. */
export class ImportLines {
  readonly faults: LineFault[] = [];
  /** Bytes that have come since the last record. */
  pendingBytes = 0;
  /** Of each column, where a line has it; none until the header has come. */
  private places: readonly number[] | undefined;
  private hasHeader = false;
  private isOver = false;
  private rows = 0;
  /** Line behind the last record. */
  private nextLine = 1;
  /** Lines that the parser has counted too many. */
  private surplusLines = 0;
  private emptyLines = 0;

  constructor(
    private readonly format: ImportFormat,
    private readonly sink: RowSink,
  ) {}

  /** Whether nothing in the rest of the file matters. */
  get hasEnded(): boolean {
    return this.isOver || this.faults.length >= MAX_LINE_FAULTS;
  }

  /** @param cells their bytes in UTF-8, each as a character */
  take(cells: readonly string[], place: ParserPlace): void {
    const line = this.beginOf(cells, place);
    this.pendingBytes = 0;
    if (this.hasEnded) return;
    const { columns, maxRows } = this.format;
    if (!this.hasHeader) return this.takeHeader(cells.map(utf8Of), line);
    if (this.rows === maxRows)
      return this.endWith(line, `is beyond the ${maxRows} rows that a file may have`);
    if (cells.length !== columns.length)
      return this.fault(line, `has ${cells.length} cells: expected ${columns.length}`);
    const detail = this.takeRow(cells, line);
    if (detail === undefined) this.rows++;
    else this.fault(line, detail);
  }

  /** A fault of what stands behind the last record, and has no end. */
  endBehindLast(detail: string, { empty_lines }: Pick<ParserPlace, 'empty_lines'>): void {
    if (!this.hasEnded) this.endWith(this.nextLine + empty_lines - this.emptyLines, detail);
  }

  end(): void {
    if (this.rows === 0 && this.faults.length === 0) this.fault(1, 'must be a header, with rows behind it');
  }

  private takeHeader(cells: readonly (string | undefined)[], line: number): void {
    this.hasHeader = true;
    const { columns } = this.format;
    const names = cells.map((cell) => cell?.trim());
    const places = columns.map((name) => names.indexOf(name));
    if (names.length !== columns.length || places.includes(-1))
      return this.endWith(line, `must name the columns ${columns.join(', ')}, each once`);
    this.places = places;
  }

  private takeRow(cells: readonly string[], line: number): string | undefined {
    const texts: string[] = [];
    for (const [index, place] of this.places!.entries()) {
      const text = utf8Of(cells[place]!);
      if (text === undefined) return `${this.format.columns[index]} is not UTF-8`;
      texts.push(text);
    }
    return this.sink.take(line, texts);
  }

  /** The parser tells a record's last line, and takes each CR and each LF within quotes for the end of one. */
  private beginOf(cells: readonly string[], { lines, empty_lines }: ParserPlace): number {
    let breaks = 0;
    let pairs = 0;
    for (const cell of cells) {
      if (!/[\r\n]/.test(cell)) continue;
      breaks += cell.match(/[\r\n]/g)!.length;
      pairs += cell.match(/\r\n/g)?.length ?? 0;
    }
    const begin = lines - this.surplusLines - breaks;
    this.surplusLines += pairs;
    this.nextLine = lines - this.surplusLines + 1;
    this.emptyLines = empty_lines;
    return begin;
  }

  private fault(line: number, detail: string): void {
    this.faults.push({ line, detail });
  }

  /** Whatever stands in the rest of the file. */
  private endWith(line: number, detail: string): void {
    this.fault(line, detail);
    this.isOver = true;
  }
}

/** Undefined for bytes that are no text. */
function utf8Of(bytes: string): string | undefined {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  const text = Buffer.from(bytes, 'latin1');
  return isUtf8(text) ? text.toString('utf8') : undefined;
}
