import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CountsUnderWay } from './counts-under-way.js';
import { TooBusyError } from './too-busy.error.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A count that somebody else lets come to its end. */
function held() {
  let resolve!: (count: number) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<number>((...settle) => ([resolve, reject] = settle));
  return { count: vi.fn(() => promise), resolve, reject };
}

it('is made once for all who ask for the same, and kept for some seconds', async () => {
  const counts = new CountsUnderWay();
  const { count, resolve } = held();
  const asked = [counts.shared('orders', count), counts.shared('orders', count)];
  await vi.advanceTimersByTimeAsync(60_000);
  asked.push(counts.shared('orders', count));
  resolve(7);
  expect(await Promise.all(asked)).toEqual([7, 7, 7]);
  await vi.advanceTimersByTimeAsync(4_999);
  const again = vi.fn(() => Promise.resolve(8));
  expect(await counts.shared('orders', again)).toBe(7);
  await vi.advanceTimersByTimeAsync(2);
  expect(await counts.shared('orders', again)).toBe(8);
  expect([count.mock.calls.length, again.mock.calls.length]).toEqual([1, 1]);
});

it('is another one for what is counted otherwise, and for who wants it as of now', async () => {
  const counts = new CountsUnderWay();
  expect(await counts.shared('one', () => Promise.resolve(1))).toBe(1);
  expect(await counts.shared('other', () => Promise.resolve(2))).toBe(2);
  expect(await counts.fresh(() => Promise.resolve(3))).toBe(3);
});

it('is not kept when it fails', async () => {
  const counts = new CountsUnderWay();
  const { count, reject } = held();
  const asked = [counts.shared('orders', count), counts.shared('orders', count)];
  reject(new Error('away'));
  for (const one of asked) await expect(one).rejects.toThrow('away');
  expect(await counts.shared('orders', () => Promise.resolve(1))).toBe(1);
});

it('is one of two at a time; others wait for their turn, and not for long', async () => {
  const counts = new CountsUnderWay();
  const all = ['a', 'b', 'c', 'd'].map((what) => ({ what, ...held() }));
  const answers = all.map(({ what, count }) => counts.shared(what, count));
  await vi.advanceTimersByTimeAsync(0);
  expect(all.map(({ count }) => count.mock.calls.length)).toEqual([1, 1, 0, 0]);
  all[1]!.resolve(2);
  await vi.advanceTimersByTimeAsync(0);
  expect(all.map(({ count }) => count.mock.calls.length)).toEqual([1, 1, 1, 0]);
  const late = expect(answers[3]).rejects.toBeInstanceOf(TooBusyError);
  await vi.advanceTimersByTimeAsync(3_000);
  await late;
  all[0]!.resolve(1);
  all[2]!.resolve(3);
  expect(await Promise.all(answers.slice(0, 3))).toEqual([1, 2, 3]);
});

it('is forgotten, the oldest first, when there are many', async () => {
  const counts = new CountsUnderWay();
  const count = vi.fn(() => Promise.resolve(1));
  for (let n = 0; n <= 200; n++) await counts.shared(String(n), count);
  await counts.shared('200', count);
  expect(count).toHaveBeenCalledTimes(201);
  await counts.shared('0', count);
  expect(count).toHaveBeenCalledTimes(202);
});
