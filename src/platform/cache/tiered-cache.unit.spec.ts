import { describe, expect, it } from 'vitest';
import { failOnUnhandledRejections } from '../../../test/support/unhandled-rejections.js';
import { entryOf } from './cache-tier.conformance.js';
import { CacheLoadError, CacheLoadTimeoutError } from './cache.errors.js';
import { cacheOf, memoryOf, secondOf, settled } from './tiered-cache.fixture.js';

failOnUnhandledRejections();

describe('tiered cache: reading', () => {
  it('asks memory, then the second tier, then the store, and holds what it found in all tiers before', async () => {
    const second = secondOf();
    const { cache, store, memory } = cacheOf({ second });
    const first = cache.read('k');
    (await store.nth(0)).answer(entryOf(1));
    expect(await first).toEqual({ entry: entryOf(1), from: 'store' });
    expect(await cache.read('k')).toEqual({ entry: entryOf(1), from: 'memory' });
    expect(cache.peek('k')).toEqual(entryOf(1));
    expect(second.get('k')).toEqual(entryOf(1));

    const replica = cacheOf({ second, memory: memoryOf() });
    expect(await replica.cache.read('k')).toEqual({ entry: entryOf(1), from: 'second' });
    expect(replica.cache.peek('k')).toEqual(entryOf(1));
    expect(replica.store.asked).toHaveLength(0);
    expect(memory.stats().entries).toBe(1);
  });

  it('shares one load among concurrent readers of a key, and not among keys', async () => {
    const { cache, store } = cacheOf();
    const reads = Array.from({ length: 100 }, () => cache.read('k'));
    const other = cache.read('other');
    expect(cache.stats().inFlight).toBe(2);
    (await store.nth(1)).answer(entryOf(2));
    (await store.nth(0)).answer(entryOf(1));
    for (const read of reads) expect(await read).toEqual({ entry: entryOf(1), from: 'store' });
    expect((await other).entry).toEqual(entryOf(2));
    expect(store.asked.map(({ key }) => key)).toEqual(['k', 'other']);
    expect(cache.stats()).toMatchObject({ entries: 2, inFlight: 0 });
  });

  it('remembers that the store holds no such key', async () => {
    const { cache, store } = cacheOf();
    const first = cache.read('k');
    (await store.nth(0)).answer(undefined);
    expect(await first).toEqual({ entry: undefined, from: 'store' });
    expect(cache.peek('k')).toBeNull();
    expect(await cache.read('k')).toEqual({ entry: undefined, from: 'memory' });
    expect(store.asked).toHaveLength(1);
  });

  it.each(['put', 'changed'] as const)('forgets an absence at once on %s', async (told) => {
    const { cache, store } = cacheOf();
    const first = cache.read('k');
    (await store.nth(0)).answer(undefined);
    await first;
    if (told === 'put') cache.put('k', entryOf(1));
    else cache.changed('k', 1);
    const second = cache.read('k');
    if (told === 'changed') (await store.nth(1)).answer(entryOf(1));
    expect((await second).entry).toEqual(entryOf(1));
  });

  it('counts each answer once, by tier', async () => {
    const { cache, store, counted } = cacheOf({ second: secondOf() });
    cache.peek('k');
    const reads = [cache.read('k'), cache.read('k')];
    (await store.nth(0)).answer(entryOf(1));
    await Promise.all(reads);
    cache.peek('k');
    await cache.read('k');
    expect(counted).toEqual([
      'memory miss',
      'memory joined',
      'second miss',
      'store hit',
      'memory hit',
      'memory hit',
    ]);
  });
});

describe('tiered cache: a load that fails, or takes too long, or whose caller leaves', () => {
  it('rejects all waiters with the same typed error, caches nothing, and loads again next time', async () => {
    const { cache, store, counted } = cacheOf();
    const reads = [cache.read('k'), cache.read('k'), cache.read('k')];
    const cause = new Error('connection refused');
    (await store.nth(0)).fail(cause);
    const errors = await Promise.all(reads.map((read) => read.catch((error: unknown) => error)));
    expect(errors[0]).toBeInstanceOf(CacheLoadError);
    expect(errors[0]).toMatchObject({ key: 'k', cause });
    expect(new Set(errors).size).toBe(1);
    expect(cache.stats()).toMatchObject({ entries: 0, inFlight: 0 });
    expect(cache.peek('k')).toBeUndefined();
    expect(counted).toContain('store error');

    const again = cache.read('k');
    (await store.nth(1)).answer(entryOf(1));
    expect((await again).entry).toEqual(entryOf(1));
  });

  it('gives a loader that throws the same way as one that rejects', async () => {
    const load = (): never => {
      throw new Error('no pool');
    };
    const { cache } = cacheOf({ load });
    await expect(cache.read('k')).rejects.toBeInstanceOf(CacheLoadError);
  });

  it('ends a load at its deadline: typed error for all, signal aborted, late answer dropped', async () => {
    const { cache, store, counted } = cacheOf({ loadTimeoutMs: 20 });
    const reads = [cache.read('k'), cache.read('k')];
    const errors = await Promise.all(reads.map((read) => read.catch((error: unknown) => error)));
    expect(errors[0]).toBeInstanceOf(CacheLoadTimeoutError);
    expect(errors[0]).toBeInstanceOf(CacheLoadError);
    expect(errors[0]).toMatchObject({ key: 'k', timeoutMs: 20 });
    expect(errors[1]).toBe(errors[0]);
    expect(store.asked[0]?.signal.aborted).toBe(true);
    expect(store.asked[0]?.signal.reason).toBe(errors[0]);
    expect(counted).toContain('store timeout');

    store.asked[0]?.answer(entryOf(1));
    await settled();
    expect(cache.peek('k')).toBeUndefined();
    expect(cache.stats().inFlight).toBe(0);
  });

  it('never aborts the signal of a load that came in time', async () => {
    const { cache, store } = cacheOf({ loadTimeoutMs: 2_000 });
    const read = cache.read('k');
    const asked = await store.nth(0);
    asked.answer(entryOf(1));
    await read;
    // The deadline of a later load is past only when the first load's would be.
    await expect(cache.read('later')).rejects.toBeInstanceOf(CacheLoadTimeoutError);
    expect(asked.signal.aborted).toBe(false);
  });

  it('ends with the timeout error also when the loader rejects because of the signal', async () => {
    const load = (_: string, signal: AbortSignal): Promise<never> =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('query cancelled'))),
      );
    const { cache } = cacheOf({ load, loadTimeoutMs: 20 });
    await expect(cache.read('k')).rejects.toBeInstanceOf(CacheLoadTimeoutError);
  });

  it('covers a second tier that hangs with the same deadline', async () => {
    const second = secondOf({ get: () => new Promise(() => undefined) });
    const { cache } = cacheOf({ second, loadTimeoutMs: 20 });
    await expect(cache.read('k')).rejects.toBeInstanceOf(CacheLoadTimeoutError);
  });

  it('lets one caller leave without failing the others or the load', async () => {
    const { cache, store } = cacheOf();
    const leaving = new AbortController();
    const left = cache.read('k', leaving.signal);
    const stayed = cache.read('k', new AbortController().signal);
    const joined = cache.read('k');
    const asked = await store.nth(0);
    leaving.abort(new Error('client hung up'));
    await expect(left).rejects.toThrow('client hung up');
    expect(asked.signal.aborted).toBe(false);
    asked.answer(entryOf(1));
    expect((await stayed).entry).toEqual(entryOf(1));
    expect((await joined).entry).toEqual(entryOf(1));
    expect(store.asked).toHaveLength(1);
  });

  it('finishes and keeps a load that all callers left, and raises nothing when it fails', async () => {
    const { cache, store } = cacheOf();
    for (const [n, key] of ['kept', 'failed'].entries()) {
      const leaving = new AbortController();
      const left = cache.read(key, leaving.signal);
      const asked = await store.nth(n);
      leaving.abort(new Error('gone'));
      await expect(left).rejects.toThrow('gone');
      if (key === 'kept') asked.answer(entryOf(1));
      else asked.fail(new Error('down'));
    }
    await settled();
    expect(cache.peek('kept')).toEqual(entryOf(1));
  });

  it('begins no load for a caller that has left already', async () => {
    const { cache, store } = cacheOf();
    await expect(cache.read('k', AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(store.asked).toHaveLength(0);
  });
});

describe('tiered cache: when invalidations may have been missed', () => {
  it('forgets what it holds, absences included, and keeps nothing of a load under way', async () => {
    const { cache, store } = cacheOf();
    cache.put('held', entryOf(1));
    const absent = cache.read('absent');
    (await store.nth(0)).answer(undefined);
    await absent;
    const loading = cache.read('loading');
    const load = await store.nth(1);

    cache.forgetAll();
    load.answer(entryOf(1));
    // The load began before: what it brings may be answered once it was loaded again, or not be kept.
    const settledLoad = Promise.race([loading, store.nth(2).then((again) => again.answer(entryOf(2)))]);
    await settledLoad;
    expect(cache.peek('held')).toBeUndefined();
    expect(cache.peek('absent')).toBeUndefined();
    expect(cache.peek('loading')?.version).not.toBe(1);
  });
});
