/** Lets a number of those who ask through at a time, first come first served. */
export class Semaphore {
  private held = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly permits: number) {}

  /** Whether there is room, which is then taken until `release` is called. */
  tryAcquire(): boolean {
    if (this.held >= this.permits) return false;
    this.held++;
    return true;
  }

  /** @throws AbortError when the signal is aborted before there is room */
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
    // Whoever waits takes the place that is left.
    const next = this.waiting.shift();
    if (next === undefined) this.held--;
    else next();
  }
}
