import { beforeEach, describe, expect, it, vi } from 'vitest';
import { sleptMs } from '../../../test/support/instant-sleep.js';
import { Backoff, retryUntilDone } from './backoff.js';

vi.mock('node:timers/promises', () => import('../../../test/support/instant-sleep.js'));

const never = new AbortController().signal;
const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0);

describe('the pauses', () => {
  beforeEach(() => {
    sleptMs.length = 0;
  });

  async function lengthsOf(backoff: Backoff, count: number): Promise<number[]> {
    const lengths: number[] = [];
    for (let n = 0; n < count; n++) {
      sleptMs.length = 0;
      await backoff.pause(never);
      lengths.push(sum(sleptMs));
    }
    return lengths;
  }

  it('grow, and stay below the longest one', async () => {
    const lengths = await lengthsOf(new Backoff(5_000), 30);
    expect(lengths[0]!).toBeLessThan(500);
    expect(Math.max(...lengths)).toBe(5_000);
    expect(sum(lengths.slice(0, 5))).toBeLessThan(sum(lengths.slice(-5)) / 2);
  });

  it('differ between two that wait for the same thing', async () => {
    expect(await lengthsOf(new Backoff(), 5)).not.toEqual(await lengthsOf(new Backoff(), 5));
  });

  it('end at once when the wait is stopped', async () => {
    const stopping = new AbortController();
    const pause = new Backoff().pause(stopping.signal);
    stopping.abort();
    await expect(pause).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('trying until it works', () => {
  it('reports each failure and returns what came in the end', async () => {
    const reported: string[] = [];
    let tries = 0;
    const result = await retryUntilDone(
      () => (++tries < 3 ? Promise.reject(new Error(`try ${tries}`)) : Promise.resolve('done')),
      (error) => reported.push(error.message),
      never,
    );
    expect(result).toBe('done');
    expect(reported).toEqual(['try 1', 'try 2']);
  });

  it('ends when it is stopped, and does not begin when it is stopped already', async () => {
    const stopping = new AbortController();
    const failing = retryUntilDone(
      () => Promise.reject(new Error('no')),
      () => stopping.abort(),
      stopping.signal,
    );
    await expect(failing).rejects.toMatchObject({ name: 'AbortError' });
    const attempt = vi.fn(() => Promise.resolve());
    await expect(retryUntilDone(attempt, () => undefined, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(attempt).not.toHaveBeenCalled();
  });
});
