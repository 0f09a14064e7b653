import { TableFullError } from './table-full.error.js';

/** What tables may take together. */
export class SharedMemory {
  taken = 0;

  constructor(readonly maxBytes: number) {}
}

/** What the parts of a table have taken together, so that it can be refused before it is taken. */
export class MemoryBudget {
  private takenBytes = 0;

  /** @param reserveBytes what compaction may take and nobody else: it gives back more than it takes */
  constructor(
    private readonly shared: SharedMemory,
    private readonly reserveBytes: number,
  ) {}

  get taken(): number {
    return this.takenBytes;
  }

  /** @throws TableFullError */
  take(bytes: number): void {
    this.takeUpTo(this.shared.maxBytes - this.reserveBytes, bytes);
  }

  /** For compaction alone. @throws TableFullError */
  takeOfReserve(bytes: number): void {
    this.takeUpTo(this.shared.maxBytes, bytes);
  }

  giveBack(bytes: number): void {
    this.takenBytes -= bytes;
    this.shared.taken -= bytes;
  }

  giveBackAll(): void {
    this.giveBack(this.takenBytes);
  }

  private takeUpTo(limitBytes: number, bytes: number): void {
    if (this.shared.taken + bytes > limitBytes) throw new TableFullError(this.shared.maxBytes);
    this.takenBytes += bytes;
    this.shared.taken += bytes;
  }
}
