import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import { setTimeout as sleep } from 'node:timers/promises';

const INITIAL_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 15_000;
/** A pause is taken in steps, so that a consumer can show its group that it is alive meanwhile. */
const STEP_MS = 1_000;

/** Growing, jittered pauses between tries of the same thing. */
export class Patience {
  private backoff: IBackoff<unknown> | undefined;

  constructor(private readonly longestPauseMs: number = LONGEST_PAUSE_MS) {}

  /**
   * Waits for the next pause, calling `pulse` about once a second.
   *
   * @throws AbortError when the signal is aborted, and whatever `pulse` throws
   */
  async pause(signal: AbortSignal, pulse: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    this.backoff =
      this.backoff?.next(undefined) ??
      new ExponentialBackoff({ initialDelay: INITIAL_PAUSE_MS, maxDelay: this.longestPauseMs }).next();
    for (let leftMs = this.backoff.duration; leftMs > 0; leftMs -= STEP_MS) {
      await sleep(Math.min(leftMs, STEP_MS), undefined, { signal });
      await pulse();
    }
  }
}

/** Tries until it works. `report` hears of each failure; an aborted signal ends it with an AbortError. */
export async function untilItWorks<T>(
  attempt: () => Promise<T>,
  report: (error: Error) => void,
  signal: AbortSignal,
): Promise<T> {
  const patience = new Patience();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      report(error as Error);
      await patience.pause(signal);
    }
  }
}
