import { TableFullError } from './table-full.error.js';

/** What the parts of a table have taken together, so that it can be refused before it is taken. */
export class MemoryBudget {
  private takenBytes = 0;

  /** @param reserveBytes what compaction may take of `maxBytes` and nobody else: it gives back more than it takes */
  constructor(
    private readonly maxBytes: number,
    private readonly reserveBytes: number,
  ) {}

  get taken(): number {
    return this.takenBytes;
  }

  /** @throws TableFullError */
  take(bytes: number): void {
    this.takeUpTo(this.maxBytes - this.reserveBytes, bytes);
  }

  /** For compaction alone. @throws TableFullError */
  takeOfReserve(bytes: number): void {
    this.takeUpTo(this.maxBytes, bytes);
  }

  giveBack(bytes: number): void {
    this.takenBytes -= bytes;
  }

  private takeUpTo(limitBytes: number, bytes: number): void {
    if (this.takenBytes + bytes > limitBytes) throw new TableFullError(this.maxBytes);
    this.takenBytes += bytes;
  }
}
