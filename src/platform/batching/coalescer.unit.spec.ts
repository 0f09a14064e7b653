import { beforeEach, describe, expect, it } from 'vitest';
import { knownFailures } from '../known-failures.js';
import { Coalescer } from './coalescer.js';

interface Parcel {
  readonly id: string;
}

const BYTES = 100;
const LOCKED = Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' });
const AWAY = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const REFUSED = Object.assign(new Error('violates a check constraint'), { code: '23514' });

/** The ids of each batch that was written, or was to be. */
let batches: string[][];
/** What the writing of an item fails with. */
let failures: Map<string, Error>;
let isHeld: Promise<void>;

const coalescerOf = (options: { rowsOf?: (parcel: Parcel) => number } = {}): Coalescer<Parcel, string> =>
  new Coalescer({
    ...options,
    name: { one: 'the parcel', many: 'parcels' },
    keyOf: ({ id }) => id,
    failures: knownFailures(),
    async write(parcels) {
      batches.push(parcels.map(({ id }) => id));
      await isHeld;
      for (const { id } of parcels) if (failures.has(id)) throw failures.get(id)!;
      return parcels.map(({ id }) =>
        id === 'overtaken' ? new Error('another has done it') : `${id} is stored`,
      );
    },
  });

/** Submits all at once; the first is written alone, and the others wait for it and share the next batch. */
async function submitAll(coalescer: Coalescer<Parcel, string>, ids: readonly string[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(ids.map((id) => coalescer.submit({ id }, BYTES)));
  return outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as Error).message,
  );
}

beforeEach(() => {
  batches = [];
  failures = new Map();
  isHeld = Promise.resolve();
});

describe('concurrent requests', () => {
  it('share the next write while one is under way, and each has its own result', async () => {
    expect(await submitAll(coalescerOf(), ['a', 'b', 'c'])).toEqual([
      'a is stored',
      'b is stored',
      'c is stored',
    ]);
    expect(batches).toEqual([['a'], ['b', 'c']]);
  });

  it('share it no further than their rows are few', async () => {
    const coalescer = coalescerOf({ rowsOf: ({ id }) => (id === 'c' ? 4_999 : 1) });
    await submitAll(coalescer, ['a', 'b', 'c', 'd']);
    expect(batches).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('are written again after all were', async () => {
    const coalescer = coalescerOf();
    await submitAll(coalescer, ['a']);
    await submitAll(coalescer, ['b']);
    expect(batches).toEqual([['a'], ['b']]);
  });

  it('have errors of their own, which fail none of their neighbours', async () => {
    expect(await submitAll(coalescerOf(), ['a', 'overtaken', 'c'])).toEqual([
      'a is stored',
      'another has done it',
      'c is stored',
    ]);
    expect(batches).toEqual([['a'], ['overtaken', 'c']]);
  });
});

describe('a batch that fails', () => {
  it('is taken apart when it is not transient: only the culprit gets the error', async () => {
    failures.set('bad', REFUSED);
    expect(await submitAll(coalescerOf(), ['a', 'b', 'bad', 'c'])).toEqual([
      'a is stored',
      'b is stored',
      REFUSED.message,
      'c is stored',
    ]);
    expect(batches).toEqual([['a'], ['b', 'bad', 'c'], ['b'], ['bad'], ['c']]);
  });

  it('is not tried again when it is transient: all of it get the error', async () => {
    failures.set('b', AWAY);
    expect(await submitAll(coalescerOf(), ['a', 'b', 'c'])).toEqual([
      'a is stored',
      AWAY.message,
      AWAY.message,
    ]);
    expect(batches).toEqual([['a'], ['b', 'c']]);
  });

  it('takes no room any more, whatever became of it', async () => {
    const coalescer = coalescerOf();
    const large = 4 * 1_048_576;
    for (const error of [REFUSED, AWAY, LOCKED]) {
      failures.set('bad', error);
      for (let round = 0; round < 5; round++) {
        const ids = ['a', 'bad', 'c'];
        await Promise.allSettled(ids.map((id) => coalescer.submit({ id }, large)));
      }
    }
    failures.clear();
    await expect(coalescer.submit({ id: 'd' }, 4 * large)).resolves.toBe('d is stored');
  });
});

describe('what somebody else has locked', () => {
  it('is found out one by one, and kept out of the next batches', async () => {
    failures.set('locked', LOCKED);
    const coalescer = coalescerOf();
    expect(await submitAll(coalescer, ['a', 'b', 'locked', 'c'])).toEqual([
      'a is stored',
      'b is stored',
      LOCKED.message,
      'c is stored',
    ]);
    expect(batches[1]).toEqual(['b', 'locked', 'c']);
    batches = [];
    expect(await submitAll(coalescer, ['d', 'locked', 'e'])).toEqual([
      'd is stored',
      'somebody else has locked the parcel',
      'e is stored',
    ]);
    expect(batches).toEqual([['d'], ['e']]);
  });

  it('is the table when nothing of a batch can be written: the rest are not tried', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => `p${n}`);
    for (const id of ids) failures.set(id, LOCKED);
    const outcomes = await submitAll(coalescerOf(), ids);
    expect(new Set(outcomes)).toEqual(new Set([LOCKED.message]));
    expect(batches.length).toBeLessThan(8);
  });
});

it('refuses at once what there is no room for, in words of its own', async () => {
  let letGo: () => void = () => undefined;
  isHeld = new Promise((resolve) => (letGo = resolve));
  const coalescer = coalescerOf();
  const first = coalescer.submit({ id: 'a' }, 16 * 1_048_576);
  await expect(coalescer.submit({ id: 'b' }, 1)).rejects.toThrow(
    'too many parcels are waiting to be written',
  );
  letGo();
  await expect(first).resolves.toBe('a is stored');
});
