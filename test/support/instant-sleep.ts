/** Lengths that were slept, in milliseconds, since the last time that it was emptied. */
export const sleptMs: number[] = [];

/**
 * Stands in for `node:timers/promises` (which fake timers do not reach): notes the length, and is over at once.
 *
 *     vi.mock('node:timers/promises', () => import('…/instant-sleep.js'));
 */
export async function setTimeout(
  ms: number,
  _value?: undefined,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  signal?.throwIfAborted();
  sleptMs.push(ms);
  await new Promise((wake) => setImmediate(wake));
  signal?.throwIfAborted();
}
