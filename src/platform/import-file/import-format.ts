/** What is wrong with a line. */
export interface LineFault {
  /** From 1; of a row that goes over several lines, the first of them. */
  readonly line: number;
  readonly detail: string;
}

/** Enough to mend a file by; what stands behind them is not read. */
export const MAX_LINE_FAULTS = 100;

/** What a file has to look like. */
export interface ImportFormat {
  /** Names that the file's first line has in any order, each once. */
  readonly columns: readonly string[];
  readonly maxRows: number;
  /** Of the cells of one row, in UTF-8. */
  readonly maxRowBytes: number;
}

/** Where the rows of a file go. */
export interface RowSink {
  /**
   * Takes a row in.
   *
   * @param cells in the order of the format's columns
   * @returns what is wrong with it
   */
  take(line: number, cells: readonly string[]): string | undefined;
  /**
   * Awaited between turns: a file is read no faster than its rows are put away.
   *
   * @param isLast no other row follows
   */
  settle?(isLast: boolean): Promise<void>;
}
