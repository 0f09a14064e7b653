import type pg from 'pg';

/** Of a signature, flags, and the length of an extension, of which there is none. */
const HEADER_BYTES = 19;
const COLUMN_COUNT_BYTES = 2;
const LENGTH_BYTES = 4;
const NO_MORE_ROWS = -1;

/** A row whose columns are read one after the other, as they stand in it. None may be NULL. */
export class CopiedRow {
  constructor(
    private readonly message: Buffer,
    private offset: number,
  ) {}

  text(): string {
    const [start, end] = this.nextColumn();
    return this.message.toString('utf8', start, end);
  }

  /** Of a column of type integer. */
  integer(): number {
    const [start] = this.nextColumn();
    return this.message.readInt32BE(start);
  }

  /**
   * A text's UTF-8, or the bytes of a bytea. They are a copy in memory of their own: what the row stands in belongs to the
   * connection, and Node's shared pool of small buffers would keep 8 KiB alive for each.
   */
  bytes(): Buffer {
    const [start, end] = this.nextColumn();
    const own = Buffer.allocUnsafeSlow(end - start);
    this.message.copy(own, 0, start, end);
    return own;
  }

  private nextColumn(): [start: number, end: number] {
    const start = this.offset + LENGTH_BYTES;
    this.offset = start + this.message.readInt32BE(this.offset);
    return [start, this.offset];
  }
}

/**
 * `COPY ( query ) TO STDOUT (FORMAT binary)`, whose rows are handed over as they arrive: nothing of them becomes a text
 * that is not wanted as one, and the others need not be in memory.
 * Source: https://www.postgresql.org/docs/18/sql-copy.html, "Binary Format", and
 * https://www.postgresql.org/docs/18/protocol-flow.html, "COPY Operations".
 */
export class CopyOut implements pg.Submittable {
  readonly ended: Promise<void>;
  private end!: () => void;
  private fail!: (error: Error) => void;
  private begun = false;

  /**
   * @param query without parameters, which COPY does not have
   * @param take must not throw, and not keep the row
   */
  constructor(
    private readonly query: string,
    private readonly take: (row: CopiedRow) => void,
  ) {
    this.ended = new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
  }

  submit(connection: pg.Connection): void {
    connection.query(`COPY (${this.query}) TO STDOUT (FORMAT binary)`);
  }

  /** pg calls this for each message; PostgreSQL sends one a row, the first one behind the header. */
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    const start = this.begun ? 0 : HEADER_BYTES;
    this.begun = true;
    if (chunk.readInt16BE(start) === NO_MORE_ROWS) return;
    this.take(new CopiedRow(chunk, start + COLUMN_COUNT_BYTES));
  }

  handleCommandComplete(): void {
    // What counts is that the connection is ready again.
  }

  handleReadyForQuery(): void {
    this.end();
  }

  handleError(error: Error): void {
    this.fail(error);
  }
}
