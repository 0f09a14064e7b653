/** How old what memory and Redis answer may be, by changes of other processes. */
const MAX_AGE_MS = 1_000;

/** Whether a process hears of the changes that others make. Times are of `performance.now()`, in milliseconds. */
export class Hearing {
  /** Since when nothing was missed; Infinity where it never was so. */
  sinceMs = Infinity;
  private untilMs = -Infinity;
  private listens = false;

  /** Whether it listens, though what was said last may be unheard. */
  get isUnderWay(): boolean {
    return this.listens;
  }

  /** Whether all was heard that was said until a moment ago. */
  get isCurrent(): boolean {
    return this.listens && performance.now() - this.untilMs < MAX_AGE_MS;
  }

  /** It listens from now on; what was said before may have been missed. */
  begin(): void {
    this.listens = true;
    this.sinceMs = performance.now();
    this.untilMs = this.sinceMs;
  }

  /** All was heard that was said until then. */
  until(atMs: number): void {
    this.untilMs = atMs;
  }

  end(): void {
    this.listens = false;
  }
}
