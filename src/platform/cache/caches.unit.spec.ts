import { register } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { byteShares, type CacheDeclaration, CacheDeclarationError } from './cache-declaration.js';
import { entryOf } from './cache-tier.conformance.js';
import { cachesFor } from './caches.fixture.js';

const MIB = 1_048_576;
const NOTHING = {
  load: (keys: readonly string[]) => Promise.resolve({ values: new Map(), keys: keys.length }),
};

beforeEach(() => register.clear());

const samples = async (metric: string): Promise<string[]> =>
  (await register.metrics()).split('\n').filter((line) => line.startsWith(`${metric}{`));

describe('the caches of a process', () => {
  it.each<[string, CacheDeclaration[], string[]]>([
    ['of one name', [{ name: 'a' }, { name: 'a', keyPrefix: 'other:' }], ['two caches', 'name a']],
    [
      'with one prefix',
      [
        { name: 'a', keyPrefix: 'p:' },
        { name: 'b', keyPrefix: 'p:' },
      ],
      ['the cache a and the cache b'],
    ],
    [
      'with a prefix that begins with the other',
      [{ name: 'a' }, { name: 'b', keyPrefix: 'waybill:a:b:' }],
      ['the cache a and the cache b'],
    ],
    [
      'with a prefix that the other begins with',
      [{ name: 'a' }, { name: 'b', keyPrefix: '' }],
      ['the cache a and the cache b'],
    ],
    ['of no weight', [{ name: 'a', weight: 0 }], ['a has the weight 0']],
  ])('cannot be two %s', (_, declarations, words) => {
    const made = (): unknown => cachesFor(declarations);
    expect(made).toThrow(CacheDeclarationError);
    for (const word of words) expect(made).toThrow(word);
  });

  it('are each opened once, and declared before', () => {
    const { caches } = cachesFor([{ name: 'a' }]);
    caches.open('a', NOTHING);
    expect(() => caches.open('a', NOTHING)).toThrow('the cache a is opened twice');
    expect(() => caches.open('b', NOTHING)).toThrow('no context declares the cache b');
  });

  it('share the bytes by weight, and one alone has all of them', () => {
    expect(byteShares(MIB, [{ name: 'alone', weight: 7 }]).get('alone')).toBe(MIB);
    const shares = byteShares(MIB + 1, [{ name: 'a' }, { name: 'b', weight: 3 }]);
    expect([...shares]).toEqual([
      ['a', MIB / 4],
      ['b', (MIB / 4) * 3],
    ]);
  });

  it('hold together no more than the bound, each no more than its share', async () => {
    const declarations = [{ name: 'a' }, { name: 'b', weight: 3 }];
    const { caches } = cachesFor(declarations, { CACHE_MAX_BYTES: MIB });
    for (const { name } of declarations) {
      const cache = caches.open(name, NOTHING);
      for (let n = 0; n < 2_000; n++) cache.put(`k${n}`, entryOf(1, 'x'.repeat(1_000)));
    }
    const [a, b] = (await samples('waybill_cache_bytes')).map((line) => Number(line.split(' ')[1]));
    expect(a).toBeGreaterThan(MIB / 4 - 5_000);
    expect(a).toBeLessThanOrEqual(MIB / 4);
    expect(b).toBeGreaterThan((MIB / 4) * 3 - 5_000);
    expect(b).toBeLessThanOrEqual((MIB / 4) * 3);
  });

  it('have one set of metrics, by name, and all counts from 0', async () => {
    const { caches } = cachesFor([{ name: 'a' }, { name: 'b' }]);
    const [a, b] = [caches.open('a', NOTHING), caches.open('b', NOTHING)];
    const requests = await samples('waybill_cache_requests_total');
    for (const name of ['a', 'b']) {
      const own = requests.filter((line) => line.includes(`cache="${name}"`));
      expect(own.length).toBeGreaterThan(5);
      expect(own.filter((line) => !line.endsWith(' 0'))).toEqual([]);
    }
    a.put('k', entryOf(1));
    a.peek('k');
    await b.read('k');
    const counted = (await samples('waybill_cache_requests_total')).filter((line) => !line.endsWith(' 0'));
    expect(counted).toEqual([
      'waybill_cache_requests_total{cache="a",tier="memory",result="hit"} 1',
      'waybill_cache_requests_total{cache="b",tier="memory",result="miss"} 1',
      'waybill_cache_requests_total{cache="b",tier="store",result="absent"} 1',
    ]);
    expect(await samples('waybill_cache_entries')).toEqual([
      'waybill_cache_entries{cache="a"} 1',
      'waybill_cache_entries{cache="b"} 0',
    ]);
  });

  it('go on behind the keys that a load had no room for, in a warm-up as well', async () => {
    const { caches, lifecycle } = cachesFor([{ name: 'a' }]);
    const keys = Array.from({ length: 2_500 }, (_, n) => `k${n}`);
    const cache = caches.open('a', {
      load: (asked) => {
        const first = asked.slice(0, 300);
        return Promise.resolve({
          values: new Map(first.map((key) => [key, entryOf(1, key)])),
          keys: first.length,
        });
      },
      warmUp: { keys: () => Promise.resolve(keys) },
    });
    await lifecycle.start();
    for (const key of keys) expect(cache.peek(key)?.body.toString()).toBe(key);
  });
});
