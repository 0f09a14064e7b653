import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import { setTimeout as sleep } from 'node:timers/promises';

const INITIAL_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 15_000;

/** Exponential backoff: growing, jittered pauses between attempts at the same work. */
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

/**
 * Repeats `attempt`, with backoff, until it succeeds. `report` is called with each failure.
 *
 * @param longestPauseMs what the pauses grow to
 * @throws AbortError when the signal is aborted
 */
export async function retryUntilDone<T>(
  attempt: () => Promise<T>,
  report: (error: Error) => void,
  signal: AbortSignal,
  longestPauseMs = LONGEST_PAUSE_MS,
): Promise<T> {
  const backoff = new Backoff(longestPauseMs);
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
