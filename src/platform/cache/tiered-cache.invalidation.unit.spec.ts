import { describe, expect, it, vi } from 'vitest';
import { failOnUnhandledRejections } from '../../../test/support/unhandled-rejections.js';
import type { CacheEntry } from './cache-entry.js';
import { entryOf } from './cache-tier.conformance.js';
import type { CacheTier } from './cache-tier.js';
import { cacheOf, memoryOf, secondOf, settled } from './tiered-cache.fixture.js';
import type { CacheRenewal, TieredCache } from './tiered-cache.js';

failOnUnhandledRejections();

describe('tiered cache: invalidations while a load is under way', () => {
  it('does not cache a value older than an invalidation, and loads again', async () => {
    const second = secondOf();
    const { cache, store } = cacheOf({ second });
    const read = cache.read('k');
    const first = await store.nth(0);
    cache.changed('k', 2);
    first.answer(entryOf(1));
    const again = await store.nth(1);
    expect(cache.peek('k')).toBeUndefined();
    expect(second.get('k')).toBeUndefined();
    again.answer(entryOf(2));
    expect(await read).toEqual({ entry: entryOf(2), from: 'store' });
    expect(cache.peek('k')).toEqual(entryOf(2));
    expect(second.get('k')).toEqual(entryOf(2));
  });

  it('takes "absent" for older than an invalidation as well', async () => {
    const { cache, store } = cacheOf();
    const read = cache.read('k');
    const first = await store.nth(0);
    cache.changed('k', 0);
    first.answer(undefined);
    (await store.nth(1)).answer(entryOf(0));
    expect((await read).entry).toEqual(entryOf(0));
  });

  it('keeps a loaded value that is as new as the invalidation', async () => {
    const { cache, store } = cacheOf();
    const read = cache.read('k');
    const first = await store.nth(0);
    cache.changed('k', 2);
    first.answer(entryOf(2));
    expect((await read).entry).toEqual(entryOf(2));
    expect(cache.peek('k')).toEqual(entryOf(2));
    expect(store.asked).toHaveLength(1);
  });

  it('loads again a bounded number of times, then answers without caching', async () => {
    let loads = 0;
    const second = secondOf();
    const { cache } = cacheOf({
      second,
      load: (key) => {
        cache.changed(key, 100);
        return Promise.resolve(entryOf(++loads));
      },
    });
    const { entry } = await cache.read('k');
    expect(loads).toBe(4);
    expect(entry).toEqual(entryOf(4));
    expect(cache.peek('k')).toBeUndefined();
    expect(second.get('k')).toBeUndefined();
  });

  it('judges by invalidations that memory has no room left for', async () => {
    const { cache, store } = cacheOf({ memory: memoryOf({ maxGuards: 1 }) });
    const read = cache.read('k');
    const first = await store.nth(0);
    cache.changed('k', 2);
    for (let i = 0; i < 10; i++) cache.changed(`other-${i}`, 1);
    first.answer(entryOf(1));
    (await store.nth(1)).answer(entryOf(2));
    expect((await read).entry).toEqual(entryOf(2));
  });

  it('lets a put win over an older value loaded, for the waiters too', async () => {
    const second = secondOf();
    const { cache, store } = cacheOf({ second });
    const read = cache.read('k');
    const asked = await store.nth(0);
    cache.put('k', entryOf(2));
    asked.answer(entryOf(1));
    expect((await read).entry).toEqual(entryOf(2));
    expect(cache.peek('k')).toEqual(entryOf(2));
    expect(second.get('k')).toEqual(entryOf(2));
    expect(store.asked).toHaveLength(1);
  });

  it('lets a newer value loaded win over a put', async () => {
    const { cache, store } = cacheOf();
    const read = cache.read('k');
    const asked = await store.nth(0);
    cache.put('k', entryOf(1));
    asked.answer(entryOf(2));
    expect((await read).entry).toEqual(entryOf(2));
    expect(cache.peek('k')).toEqual(entryOf(2));
  });

  it('never lets an absence loaded overwrite a put', async () => {
    const { cache, store } = cacheOf();
    const read = cache.read('k');
    const asked = await store.nth(0);
    cache.put('k', entryOf(1));
    asked.answer(undefined);
    expect((await read).entry).toEqual(entryOf(1));
    expect(cache.peek('k')).toEqual(entryOf(1));
  });

  it('answers with a put that memory could not hold', async () => {
    const { cache, store } = cacheOf({ memory: memoryOf({ maxBytes: 2_000 }) });
    const read = cache.read('k');
    const asked = await store.nth(0);
    const big = { version: 2, etag: '"2"', body: Buffer.alloc(10_000) };
    cache.put('k', big);
    asked.answer(entryOf(1));
    expect((await read).entry).toEqual(big);
    expect(cache.peek('k')).toBeUndefined();
  });

  it.each(['memory', 'second'] as const)(
    'does not bring back in %s what was removed meanwhile',
    async (tier) => {
      const second = secondOf();
      const { cache, store } = cacheOf({ second });
      const read = cache.read('k');
      const first = await store.nth(0);
      cache.remove('k');
      first.answer(entryOf(7));
      (await store.nth(1)).answer(undefined);
      expect((await read).entry).toBeUndefined();
      expect(tier === 'memory' ? cache.peek('k') : second.get('k')).toEqual(
        tier === 'memory' ? null : undefined,
      );
    },
  );

  it('holds a key put anew after its removal, though its versions begin again', async () => {
    const { cache, store } = cacheOf();
    cache.put('k', entryOf(7));
    cache.remove('k');
    const read = cache.read('k');
    const asked = await store.nth(0);
    cache.put('k', entryOf(1));
    asked.answer(undefined);
    expect((await read).entry).toEqual(entryOf(1));
    expect(cache.peek('k')).toEqual(entryOf(1));
  });

  it('prefers what is warmed while a load runs, and never warms against an invalidation', async () => {
    const { cache, store } = cacheOf();
    const read = cache.read('k');
    const asked = await store.nth(0);
    cache.warm('k', entryOf(2));
    asked.answer(entryOf(1));
    expect((await read).entry).toEqual(entryOf(2));
    cache.changed('news', 2);
    cache.warm('news', entryOf(1));
    expect(cache.peek('news')).toBeUndefined();
  });
});

describe('tiered cache: invalidations and puts', () => {
  it('ignores a put that is older than what is held, in both tiers', () => {
    const second = secondOf();
    const { cache } = cacheOf({ second });
    cache.put('k', entryOf(2));
    cache.put('k', entryOf(1));
    expect(cache.peek('k')).toEqual(entryOf(2));
    expect(second.get('k')).toEqual(entryOf(2));
  });

  it('ignores a put that is older than an invalidation', () => {
    const { cache } = cacheOf();
    cache.changed('k', 2);
    cache.put('k', entryOf(1));
    expect(cache.peek('k')).toBeUndefined();
  });

  it('drops on an invalidation what is older, here and in the second tier', () => {
    const second = secondOf();
    const { cache } = cacheOf({ second });
    cache.put('k', entryOf(1));
    cache.changed('k', 2);
    expect(cache.peek('k')).toBeUndefined();
    expect(second.get('k')).toBeUndefined();
  });

  it('spares the second tier the invalidation of what is held already', () => {
    const invalidate = vi.fn();
    const { cache } = cacheOf({ second: secondOf({ invalidate }) });
    cache.put('k', entryOf(2));
    cache.changed('k', 2);
    cache.changed('k', 1);
    expect(invalidate).not.toHaveBeenCalled();
    expect(cache.peek('k')).toEqual(entryOf(2));
  });

  it('does not believe a second tier that is older than an invalidation before, and tells it', async () => {
    const invalidate = vi.fn();
    const second = secondOf({ get: () => entryOf(1), invalidate });
    const { cache, store, counted } = cacheOf({ second });
    cache.changed('k', 2);
    invalidate.mockClear();
    const read = cache.read('k');
    (await store.nth(0)).answer(entryOf(2));
    expect(await read).toEqual({ entry: entryOf(2), from: 'store' });
    expect(invalidate).toHaveBeenCalledWith('k', 2);
    expect(counted).toContain('second stale');
  });

  it.each([
    ['changed', (cache: TieredCache) => cache.changed('k', 2)],
    ['removed', (cache: TieredCache) => cache.remove('k')],
  ])(
    'does not believe a second tier whose answer was on its way when the key was %s',
    async (_, invalidate) => {
      let answer: (entry: CacheEntry) => void = () => undefined;
      const second = secondOf({ get: () => new Promise((resolve) => (answer = resolve)) });
      const { cache, store } = cacheOf({ second });
      const read = cache.read('k');
      invalidate(cache);
      answer(entryOf(1));
      (await store.nth(0)).answer(entryOf(2));
      expect(await read).toEqual({ entry: entryOf(2), from: 'store' });
    },
  );

  it('does not believe a second tier that has not learned of a removal', async () => {
    const second = secondOf({ get: () => entryOf(9) });
    const { cache, store } = cacheOf({ second });
    cache.remove('k');
    const read = cache.read('k');
    (await store.nth(0)).answer(undefined);
    expect((await read).entry).toBeUndefined();
  });

  it('judges an answer of the second tier by invalidations that memory has no room left for', async () => {
    let answer: (entry: CacheEntry) => void = () => undefined;
    const second = secondOf({ get: () => new Promise((resolve) => (answer = resolve)) });
    const { cache, store } = cacheOf({ second, memory: memoryOf({ maxGuards: 1 }) });
    const read = cache.read('k');
    cache.changed('k', 2);
    for (let i = 0; i < 10; i++) cache.changed(`other-${i}`, 1);
    answer(entryOf(1));
    (await store.nth(0)).answer(entryOf(2));
    expect((await read).entry).toEqual(entryOf(2));
  });

  it('prefers a put to an older answer of the second tier', async () => {
    let answer: (entry: CacheEntry) => void = () => undefined;
    const second = secondOf({ get: () => new Promise((resolve) => (answer = resolve)) });
    const { cache, store } = cacheOf({ second });
    const read = cache.read('k');
    cache.put('k', entryOf(2));
    answer(entryOf(1));
    expect((await read).entry).toEqual(entryOf(2));
    expect(cache.peek('k')).toEqual(entryOf(2));
    expect(store.asked).toHaveLength(0);
  });

  it.each<[string, Partial<CacheTier>]>([
    [
      'rejects',
      {
        get: () => Promise.reject(new Error('down')),
        put: () => Promise.reject(new Error('down')),
        invalidate: () => Promise.reject(new Error('down')),
      },
    ],
    [
      'throws',
      {
        get: () => {
          throw new Error('down');
        },
        put: () => {
          throw new Error('down');
        },
        invalidate: () => {
          throw new Error('down');
        },
      },
    ],
  ])('answers from the store, and raises nothing, when the second tier %s', async (_, broken) => {
    const { cache, store, counted } = cacheOf({ second: secondOf(broken) });
    cache.put('put', entryOf(1));
    cache.changed('news', 1);
    cache.remove('gone');
    const read = cache.read('k');
    (await store.nth(0)).answer(entryOf(1));
    expect(await read).toEqual({ entry: entryOf(1), from: 'store' });
    await settled();
    expect(cache.peek('put')).toEqual(entryOf(1));
    expect(counted.filter((event) => event === 'second error')).toHaveLength(5);
  });

  it('does not wait for a second tier that hangs on writing', async () => {
    const never = (): Promise<void> => new Promise(() => undefined);
    const { cache, store } = cacheOf({ second: secondOf({ put: never, invalidate: never }) });
    cache.put('put', entryOf(1));
    expect(cache.peek('put')).toEqual(entryOf(1));
    const read = cache.read('k');
    (await store.nth(0)).answer(entryOf(1));
    expect((await read).entry).toEqual(entryOf(1));
  });

  it('refuses tiers that forget invalidations before a load must have ended', () => {
    const memory = memoryOf({ guardMs: 9_999 });
    expect(() => cacheOf({ memory, loadTimeoutMs: 5_000 })).toThrow(RangeError);
    expect(() => cacheOf({ second: secondOf({ guardMs: 100 }), loadTimeoutMs: 5_000 })).toThrow(RangeError);
  });
});

describe('tiered cache: a newer version with the body of an older one', () => {
  const renewalOf = (): CacheRenewal => ({ etag: '"v7"', bodySince: 3 });

  it.each([3, 6])('is held in every tier, without a load, where version %i was held', (version) => {
    const second = secondOf();
    const { cache, store } = cacheOf({ second });
    cache.put('k', entryOf(version));
    cache.changed('k', 7, renewalOf);
    const renewed = { ...entryOf(version), version: 7, etag: '"v7"' };
    expect(cache.peek('k')).toEqual(renewed);
    expect(cache.peek('k')!.body).toEqual(entryOf(version).body);
    expect(second.get('k')).toEqual(renewed);
    expect(store.asked).toHaveLength(0);
  });

  it('is loaded where the body that is held is an older one, or none is', async () => {
    const { cache, store } = cacheOf();
    cache.put('old', entryOf(2));
    for (const key of ['old', 'none']) {
      cache.changed(key, 7, renewalOf);
      expect(cache.peek(key)).toBeUndefined();
    }
    const read = cache.read('old');
    (await store.nth(0)).answer(entryOf(7));
    expect(await read).toEqual({ entry: entryOf(7), from: 'store' });
  });

  it.each([7, 8])('leaves version %i as it is', (version) => {
    const { cache } = cacheOf();
    cache.put('k', entryOf(version));
    cache.changed('k', 7, renewalOf);
    expect(cache.peek('k')).toEqual(entryOf(version));
  });
});
