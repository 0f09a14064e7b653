/** Lets a number of those who ask through at a time, first come first served. */
export class Turnstile {
  private inside = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly places: number) {}

  /** Whether there is room, which is then taken until `leave` is called. */
  tryEnter(): boolean {
    if (this.inside >= this.places) return false;
    this.inside++;
    return true;
  }

  /** @throws AbortError when the signal is aborted before there is room */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.tryEnter()) return;
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.waiting.splice(this.waiting.indexOf(enter), 1);
        reject(signal.reason as Error);
      };
      this.waiting.push(enter);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  leave(): void {
    // Whoever waits takes the place that is left.
    const next = this.waiting.shift();
    if (next === undefined) this.inside--;
    else next();
  }
}
