/** How a lock is held: beside others that hold it so, or alone. */
export type LockMode = 'shared' | 'exclusive';

interface Waiting {
  readonly mode: LockMode;
  readonly begin: () => void;
}

/** A readers-writer lock, first come first served. */
export class SharedLock {
  private holders = 0;
  private isExclusive = false;
  private readonly waiting: Waiting[] = [];

  /** @returns what lets go of it; a second call does nothing */
  async acquire(mode: LockMode): Promise<() => void> {
    await new Promise<void>((begin) => {
      this.waiting.push({ mode, begin });
      this.admit();
    });
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.holders--;
      this.admit();
    };
  }

  private admit(): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      if (this.holders > 0 && (this.isExclusive || next.mode === 'exclusive')) return;
      this.waiting.shift();
      this.holders++;
      this.isExclusive = next.mode === 'exclusive';
      next.begin();
    }
  }
}
