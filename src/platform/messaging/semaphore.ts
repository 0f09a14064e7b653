/** A counting semaphore for async code: at most `permits` holders at a time, first come first served. */
export class Semaphore {
  private held = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly permits: number) {}

  /** Takes a permit if one is free, to be given back by `release`. @returns whether it did */
  tryAcquire(): boolean {
    if (this.held >= this.permits) return false;
    this.held++;
    return true;
  }

  /** Waits for a permit. @throws AbortError when the signal is aborted before one is free */
  async acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.tryAcquire()) return;
    await new Promise<void>((resolve, reject) => {
      const proceed = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.waiting.splice(this.waiting.indexOf(proceed), 1);
        reject(signal.reason as Error);
      };
      this.waiting.push(proceed);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  release(): void {
    // The permit passes to whoever has waited longest.
    const next = this.waiting.shift();
    if (next === undefined) this.held--;
    else next();
  }
}
