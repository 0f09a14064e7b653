import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import { setTimeout as sleep } from 'node:timers/promises';

const INITIAL_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 15_000;

/** Growing, jittered pauses between tries of the same thing. */
export class Backoff {
  private current: IBackoff<unknown> | undefined;

  constructor(private readonly longestPauseMs: number = LONGEST_PAUSE_MS) {}

  /** @throws AbortError when the signal is aborted */
  async pause(signal: AbortSignal): Promise<void> {
    this.current =
      this.current?.next(undefined) ??
      new ExponentialBackoff({ initialDelay: INITIAL_PAUSE_MS, maxDelay: this.longestPauseMs }).next();
    await sleep(this.current.duration, undefined, { signal });
  }
}

/** Tries until it works. `report` hears of each failure; an aborted signal ends it with an AbortError. */
export async function retryUntilDone<T>(
  attempt: () => Promise<T>,
  report: (error: Error) => void,
  signal: AbortSignal,
): Promise<T> {
  const backoff = new Backoff();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      report(error as Error);
      await backoff.pause(signal);
    }
  }
}
