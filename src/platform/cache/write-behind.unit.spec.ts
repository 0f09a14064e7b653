import { describe, expect, it, vi } from 'vitest';
import { entryOf } from './cache-tier.conformance.js';
import { invalidateChange, putChange } from './key-change.js';
import type { KeyChange } from './key-change.js';
import { WriteBehind } from './write-behind.js';
import type { WriteBehindOptions } from './write-behind.js';

/** Sends wait until the test lets them succeed or fail. */
function writesOf(options: Partial<WriteBehindOptions> = {}) {
  const sent: { key: string; change: KeyChange; succeed: () => void; fail: () => void }[] = [];
  const onOverflow = vi.fn();
  const writes = new WriteBehind({
    send: (key, change) =>
      new Promise((resolve, reject) =>
        sent.push({ key, change, succeed: () => resolve(undefined), fail: () => reject(new Error('no')) }),
      ),
    maxInFlight: 2,
    maxWaiting: 100,
    retryAfterMs: 5,
    onOverflow,
    ...options,
  });
  writes.resume();
  return { writes, sent, onOverflow };
}

describe('write-behind', () => {
  it('sends no more at once than it may, and the rest as room comes', async () => {
    const { writes, sent } = writesOf();
    const done = ['a', 'b', 'c'].map((key) => writes.add(key, putChange(entryOf(1), false)));
    expect(sent.map(({ key }) => key)).toEqual(['a', 'b']);
    sent[0]?.succeed();
    await done[0];
    expect(sent.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    sent[1]?.succeed();
    sent[2]?.succeed();
    await Promise.all(done);
    expect(writes.size).toBe(0);
  });

  it('sends changes of one key that wait as one', async () => {
    const { writes, sent } = writesOf({ maxInFlight: 1 });
    const first = writes.add('first', putChange(entryOf(1), false));
    const waiting = [
      writes.add('k', putChange(entryOf(1), false)),
      writes.add('k', invalidateChange(2)),
      writes.add('k', putChange(entryOf(3), false)),
    ];
    expect(writes.pending('k')).toEqual({ clear: false, floor: 2, entry: entryOf(3), loaded: false });
    sent[0]?.succeed();
    await first;
    expect(sent).toHaveLength(2);
    sent[1]?.succeed();
    await Promise.all(waiting);
    expect(writes.pending('k')).toBeUndefined();
  });

  it('keeps the version of a change that failed, lets the entry go, and tries again', async () => {
    const { writes, sent } = writesOf();
    const done = writes.add('k', putChange(entryOf(3), false));
    sent[0]?.fail();
    await done;
    expect(writes.pending('k')).toEqual(invalidateChange(3));
    await vi.waitFor(() => expect(sent).toHaveLength(2), { timeout: 20_000 });
    expect(sent[1]?.change).toEqual(invalidateChange(3));
    sent[1]?.succeed();
    await writes.idle();
    expect(writes.size).toBe(0);
  });

  it('sends nothing while paused, notes what is out of date, and sends that on resuming', async () => {
    const { writes, sent } = writesOf();
    writes.pause();
    await writes.add('put', putChange(entryOf(3), false));
    await writes.add('loaded', putChange(entryOf(3), true));
    await writes.add('removed', invalidateChange(undefined));
    expect(sent).toHaveLength(0);
    writes.resume();
    expect(sent.map(({ key, change }) => [key, change])).toEqual([
      ['put', invalidateChange(3)],
      ['removed', invalidateChange(undefined)],
    ]);
  });

  it('lets nobody wait for what was queued when it is paused', async () => {
    const { writes, sent } = writesOf({ maxInFlight: 1 });
    void writes.add('sent', putChange(entryOf(1), false));
    const queued = writes.add('queued', putChange(entryOf(1), false));
    const idle = writes.idle();
    writes.pause();
    await queued;
    await idle;
    expect(sent).toHaveLength(1);
    expect(writes.pending('queued')).toEqual(invalidateChange(1));
  });

  it('gives up keeping track beyond its bound, says so once, and begins anew when told', async () => {
    const { writes, onOverflow } = writesOf({ maxInFlight: 0 });
    const waiting = Array.from({ length: 150 }, (_, i) => writes.add(`k${i}`, invalidateChange(1)));
    await Promise.all(waiting);
    expect(onOverflow).toHaveBeenCalledOnce();
    expect(writes.overflowed).toBe(true);
    expect(writes.size).toBe(0);
    writes.forget();
    void writes.add('k', invalidateChange(1));
    expect(writes.overflowed).toBe(false);
    expect(writes.size).toBe(1);
  });
});
