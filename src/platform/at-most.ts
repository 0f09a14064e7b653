import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for `work` to end, but no longer than `limitMs`; it goes on by itself then. Throws what it throws until then. */
export async function atMost(limitMs: number, work: Promise<void> | undefined): Promise<void> {
  const ended = new AbortController();
  const tooLate = sleep(limitMs, undefined, { signal: ended.signal }).catch(() => undefined);
  try {
    await Promise.race([work, tooLate]);
  } finally {
    ended.abort();
  }
}
