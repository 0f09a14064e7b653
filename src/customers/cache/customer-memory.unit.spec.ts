import { beforeEach, describe, expect, it } from 'vitest';
import { CustomerMemory } from './customer-memory.js';
import {
  allIds,
  AMPLE_BYTES,
  inOrder,
  jsonOf,
  putCustomer,
  removeCustomer,
  SMALL_SLAB_BYTES,
} from './customer-table.fixture.js';
import { TableFullError } from './table-full.error.js';

const KEY = Buffer.from('a');
const PLACE = { partition: 0, offset: 0, time: 0n };

let memory: CustomerMemory;
beforeEach(() => {
  memory = new CustomerMemory({ maxBytes: AMPLE_BYTES });
});

describe('what is read for the first time', () => {
  it('is not whole before it is complete', () => {
    expect(memory.isWhole).toBe(false);
    putCustomer(memory, 'a');
    expect(memory.isWhole).toBe(false);
    memory.complete();
    expect([memory.isWhole, memory.size]).toEqual([true, 1]);
  });

  it('is dropped where it is read from the beginning once more', () => {
    putCustomer(memory, 'a');
    memory.startOver();
    expect([memory.isWhole, memory.size, memory.get('a'), memory.bytes]).toEqual([false, 0, undefined, 0]);
  });
});

describe('what is read anew', () => {
  beforeEach(() => {
    putCustomer(memory, 'a', 'last');
    putCustomer(memory, 'kept');
    removeCustomer(memory, 'deleted');
    memory.complete();
    memory.startOver();
  });

  it('is not seen before it is complete, whatever its place', async () => {
    expect(memory.put(KEY, jsonOf('a', 'first'), 1n, PLACE)).toBe('created');
    putCustomer(memory, 'deleted');
    expect(memory.get('a')?.json).toBe(jsonOf('a', 'last'));
    expect(memory.get('deleted')).toBeUndefined();
    expect(await allIds(memory, 1)).toEqual(['a', 'kept']);
    expect([memory.isWhole, memory.size]).toEqual([true, 2]);
  });

  it('removes nothing before it is complete', () => {
    putCustomer(memory, 'a');
    expect(removeCustomer(memory, 'a')).toBe('removed');
    expect(removeCustomer(memory, 'kept')).toBe('absent');
    expect([memory.get('a')?.json, memory.get('kept')?.json]).toEqual([jsonOf('a', 'last'), jsonOf('kept')]);
  });

  it('takes the place of what is held once it is complete, whose memory is given back', async () => {
    const { bytes } = memory;
    memory.put(KEY, jsonOf('a', 'first'), 1n, PLACE);
    expect(memory.bytes).toBe(2 * bytes);
    memory.complete();
    expect([memory.isWhole, memory.size, memory.bytes]).toEqual([true, 1, bytes]);
    expect(memory.get('a')?.json).toBe(jsonOf('a', 'first'));
    expect(await allIds(memory, 1)).toEqual(['a']);
  });

  it('is dropped where it is read from the beginning once more, and what is held stays', () => {
    putCustomer(memory, 'b');
    const { bytes } = memory;
    memory.startOver();
    expect(memory.bytes).toBeLessThan(bytes);
    expect([memory.isWhole, memory.get('a')?.json]).toEqual([true, jsonOf('a', 'last')]);
    putCustomer(memory, 'c');
    memory.complete();
    expect([memory.get('a'), memory.get('b'), memory.get('c')?.json]).toEqual([
      undefined,
      undefined,
      jsonOf('c'),
    ]);
  });

  it('is what a snapshot has', async () => {
    putCustomer(memory, 'b');
    await memory.settle('background');
    expect(memory.table.recordsAfter(undefined, 1_000).records.map(({ key }) => key.toString())).toEqual([
      'b',
    ]);
  });

  it('is what tombstones are forgotten of', async () => {
    removeCustomer(memory, 'b');
    await memory.forgetTombstones(-1_000);
    expect(memory.put(Buffer.from('b'), 'old', 1n, PLACE)).toBe('created');
  });

  it('is dropped with all the rest by clear', () => {
    putCustomer(memory, 'b');
    memory.clear();
    expect([memory.isWhole, memory.size, memory.bytes]).toEqual([false, 0, 0]);
    putCustomer(memory, 'c');
    expect(memory.get('c')?.json).toBe(jsonOf('c'));
  });
});

it('a page that is looked for while another table takes the place has its ids, all of them', async () => {
  for (let n = 0; n < 50_000; n++) putCustomer(memory, `old ${n}`);
  await memory.settle('background');
  memory.complete();
  memory.startOver();
  const ids = Array.from({ length: 20_000 }, (_, n) => `new ${n}`);
  for (const id of ids) putCustomer(memory, id);
  const page = memory.page({ limit: 100_000 });
  await new Promise(setImmediate);
  memory.complete();
  expect((await page).ids).toEqual(inOrder(ids));
});

describe('two tables that do not fit beside each other', () => {
  const MAX_BYTES = 2 ** 21;
  const idsOf = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, n) => `${name} ${n}`);

  beforeEach(() => {
    memory = new CustomerMemory({ maxBytes: MAX_BYTES, slabBytes: SMALL_SLAB_BYTES });
    for (const id of idsOf('old', 1_500)) putCustomer(memory, id, 400);
    memory.complete();
    memory.startOver();
  });

  it('make the old one be given up, and the new one have all of the memory', async () => {
    const ids = idsOf('new', 1_500);
    for (const id of ids) {
      expect(putCustomer(memory, id, 400)).toBe('created');
      expect(memory.bytes).toBeLessThanOrEqual(MAX_BYTES);
      if (memory.isWhole) expect(memory.get('old 0')?.json).toBe(jsonOf('old 0', 400));
      else expect(memory.get('old 0')).toBeUndefined();
    }
    expect(memory.isWhole).toBe(false);
    memory.complete();
    expect([memory.isWhole, memory.size]).toEqual([true, 1_500]);
    expect(await allIds(memory, 1_000)).toEqual(inOrder(ids));
  });

  it('do so for a tombstone, too', () => {
    for (let n = 0; memory.isWhole; n++) expect(removeCustomer(memory, `dead ${n}`)).toBe('absent');
    expect(memory.size).toBe(0);
  });

  it('are full where the new one does not fit alone either', () => {
    const fill = (): void => idsOf('new', 10_000).forEach((id) => putCustomer(memory, id, 400));
    expect(fill).toThrow(TableFullError);
    expect(memory.isWhole).toBe(false);
    expect(memory.size).toBeGreaterThan(2_000);
    expect(memory.bytes).toBeLessThanOrEqual(MAX_BYTES);
  });
});
