import { setTimeout as pause } from 'node:timers/promises';

const DEFAULT_TIMEOUT_MS = 20_000;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

/** The condition did not come about in time; `cause` is what the last try said. */
export class NotInTimeError extends Error {
  constructor(timeoutMs: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`not within ${timeoutMs} ms: ${reason}`, { cause });
    this.name = 'NotInTimeError';
  }
}

/**
 * Tries `check` again and again until it does not throw, and returns what it then returns. `check` says by throwing
 * (an `expect` will do) that it is too early.
 *
 * @throws NotInTimeError after `timeoutMs`, with the last error; a check that hangs is not waited for
 */
export async function eventually<T>(
  check: () => Promise<T> | T,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: { timeoutMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown = new Error('the check did not come to an end');
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<'too late'>((resolve) => {
      timer = setTimeout(() => resolve('too late'), Math.max(0, deadline - Date.now()));
    });
    const attempt = (async () => ({ value: await check() }))().catch((error: unknown) => {
      lastError = error;
      return undefined;
    });
    const outcome = await Promise.race([attempt, tooLate]);
    clearTimeout(timer);
    if (typeof outcome === 'object') return outcome.value;
    if (outcome === 'too late' || Date.now() + pauseMs > deadline) {
      throw new NotInTimeError(timeoutMs, lastError);
    }
    await pause(pauseMs);
  }
}
