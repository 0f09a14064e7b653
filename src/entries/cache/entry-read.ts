import type { FoundEntry } from '../model/found-entry.js';

/** A read that all who ask for a key meanwhile share. It goes on when they hang up. */
export class EntryRead {
  readonly answer: Promise<FoundEntry>;
  /** When it began, of `performance.now()`. */
  readonly beganAtMs = performance.now();
  private heardOf = 0;
  private isForgotten = false;

  constructor(
    readonly storageKey: string,
    /** The lowest version that is no older than what was known when it began. */
    readonly lowest: number,
    run: (read: EntryRead) => Promise<FoundEntry>,
  ) {
    this.answer = run(this);
  }

  /** The lowest version that is no older than what was heard of the key since it began. */
  get floor(): number {
    return this.heardOf;
  }

  /** Whether what it finds may be kept. */
  get mayBeKept(): boolean {
    return !this.isForgotten;
  }

  changedTo(version: number): void {
    this.heardOf = Math.max(this.heardOf, version);
  }

  /** Changes may have been missed. */
  forget(): void {
    this.isForgotten = true;
  }
}
