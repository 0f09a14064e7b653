import { describe, expect, it } from 'vitest';
import { CustomerTable } from './customer-table.js';
import {
  allIds,
  AMPLE_BYTES,
  inOrder,
  jsonOf,
  nextPlace,
  putCustomer,
  removeCustomer,
  SMALL_SLAB_BYTES,
} from './customer-table.fixture.js';
import { SharedMemory } from './memory-budget.js';
import { TableFullError } from './table-full.error.js';

const MAX_BYTES = 2 ** 21;
const FILLING = 400;

/** The same numbers in each run, from 0 to below 1. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function expectHeld(table: CustomerTable, customers: ReadonlyMap<string, string>): void {
  expect(table.size).toBe(customers.size);
  for (const [id, json] of customers)
    if (table.get(id)?.json !== json) expect(table.get(id)?.json).toBe(json);
}

describe('a table that is full', () => {
  function fill(maxBytes = MAX_BYTES, filling = FILLING) {
    const table = new CustomerTable({ memory: new SharedMemory(maxBytes), slabBytes: SMALL_SLAB_BYTES });
    const customers = new Map<string, string>();
    try {
      for (let n = 0; ; n++) {
        putCustomer(table, `id ${n}`, filling);
        customers.set(`id ${n}`, jsonOf(`id ${n}`, filling));
      }
    } catch (error) {
      expect(error).toBeInstanceOf(TableFullError);
      expect(error).toMatchObject({ maxBytes });
    }
    return { table, customers };
  }

  it('holds and shows what it held, and takes no more memory', async () => {
    const { table, customers } = fill();
    expect(customers.size).toBeGreaterThan(2_000);
    expect(table.bytes).toBeLessThanOrEqual(MAX_BYTES);
    expect(() => putCustomer(table, 'another', 5_000)).toThrow(TableFullError);
    expect(() => putCustomer(table, 'id 0', 300_000)).toThrow(TableFullError);
    expect(table.bytes).toBeLessThanOrEqual(MAX_BYTES);
    expectHeld(table, customers);
    expect(await allIds(table, 1_000)).toEqual(inOrder(customers.keys()));
  });

  it('is full wherever it is that the memory ends: slabs, columns or index', () => {
    for (let maxBytes = 0; maxBytes < 2 ** 20 + 60_000; maxBytes += 7_000) {
      const { table, customers } = fill(maxBytes);
      expect(table.bytes).toBeLessThanOrEqual(maxBytes);
      expectHeld(table, customers);
    }
  });

  // The longer ones have a slab each, so there is no other that a tombstone would have room in.
  it.each([FILLING, 1_500])(
    'has every customer of %i bytes removed, and others take their room',
    (filling) => {
      const { table, customers } = fill(MAX_BYTES, filling);
      expect(() => removeCustomer(table, 'no room '.repeat(600))).toThrow(TableFullError);
      for (const id of customers.keys()) {
        expect(removeCustomer(table, id)).toBe('removed');
        expect(table.get(id)).toBeUndefined();
      }
      expect(table.size).toBe(0);
      expect(table.bytes).toBeLessThan(MAX_BYTES - (customers.size * filling) / 2);
      // What is left half full takes the place of a few.
      const most = new Map([...customers].slice(100));
      for (const id of most.keys()) expect(putCustomer(table, id, filling)).toBe('created');
      expectHeld(table, most);
    },
  );

  it.each([0, 1, 4, 5, 11, 12, 13, 19, 20, 28])(
    'removes a text of %i bytes, whatever follows it',
    (length) => {
      const table = new CustomerTable({ memory: new SharedMemory(MAX_BYTES), slabBytes: SMALL_SLAB_BYTES });
      const put = (n: number, text: string) => table.put(Buffer.from(`${n}`), text, 1n, nextPlace());
      for (let n = 0; n < 3_000; n++) put(n, 'x'.repeat(length));
      for (let n = 0; n < 3_000; n += 2) expect(removeCustomer(table, `${n}`)).toBe('removed');
      for (let n = 1; n < 3_000; n += 2) put(n, 'y'.repeat(40));
      for (let n = 0; n < 3_000; n++)
        expect(table.get(`${n}`)?.json).toBe(n % 2 === 0 ? undefined : 'y'.repeat(40));
      for (let n = 0; n < 3_000; n += 2) expect(put(n, 'z'.repeat(n % 30))).toBe('created');
      for (let n = 0; n < 3_000; n += 2) expect(table.get(`${n}`)?.json).toBe('z'.repeat(n % 30));
    },
  );

  it('can be used again once something has been forgotten', async () => {
    const { table, customers } = fill();
    for (const id of customers.keys()) expect(removeCustomer(table, id)).toBe('removed');
    await table.forgetTombstones(-1_000);
    expect(table.bytes).toBeLessThan(MAX_BYTES / 2 + 10 * SMALL_SLAB_BYTES);
    // What is left half full and in reserve takes the place of a few.
    const most = new Map([...customers].slice(50));
    for (const id of most.keys()) putCustomer(table, id, FILLING);
    expectHeld(table, most);
  });

  it('counts tombstones', () => {
    const table = new CustomerTable({ memory: new SharedMemory(MAX_BYTES), slabBytes: SMALL_SLAB_BYTES });
    expect(() => {
      for (let n = 0; n < 100_000; n++) removeCustomer(table, `id ${n}`);
    }).toThrow(TableFullError);
    expect(table.size).toBe(0);
    expect(table.bytes).toBeGreaterThan(MAX_BYTES - 2 ** 20);
  });
});

describe('texts that are replaced by others of other lengths', () => {
  it('leave no more than about a quarter of the slabs dead, and keep all that is alive', () => {
    const random = numbers(7);
    // 1,500 records of some 455 bytes, a third of that again for dead bytes, a tenth for the ends of slabs that nothing fits in,
    // columns for 16,384 slots, and 12 slabs' worth for the index and for what compaction works with.
    const maxBytes = 1_500 * 455 * (4 / 3) * 1.1 + 16_384 * 53 + 12 * SMALL_SLAB_BYTES;
    const table = new CustomerTable({ memory: new SharedMemory(maxBytes), slabBytes: SMALL_SLAB_BYTES });
    const customers = new Map<string, string>();
    for (let n = 0; n < 60_000; n++) {
      const id = `id ${Math.floor(random() ** 2 * 1_500)}`;
      const filling = Math.floor(random() * 800);
      putCustomer(table, id, filling);
      customers.set(id, jsonOf(id, filling));
      if (n % 10_000 === 0) expectHeld(table, customers);
    }
    expectHeld(table, customers);
  });

  it('keep their records where these are larger than a slab', () => {
    const table = new CustomerTable({ memory: new SharedMemory(2 ** 22), slabBytes: SMALL_SLAB_BYTES });
    for (let n = 0; n < 300; n++) {
      const filling = 200_000 + n;
      putCustomer(table, 'large', filling);
      putCustomer(table, `small ${n % 7}`, n);
      expect(table.get('large')?.json).toBe(jsonOf('large', filling));
    }
  });
});

describe('many customers', () => {
  it('are all found and in order while most of them come and go', async () => {
    const random = numbers(11);
    const table = new CustomerTable({ memory: new SharedMemory(AMPLE_BYTES), slabBytes: SMALL_SLAB_BYTES });
    const customers = new Map<string, string>();
    const anyId = (): string => `${Math.floor(random() * 1e9)}`;
    for (let round = 0; round < 6; round++) {
      for (let n = 0; n < 8_000; n++) {
        const id = anyId();
        putCustomer(table, id, round);
        customers.set(id, jsonOf(id, round));
        if (n % 100 === 0) await table.settle('request');
      }
      // Whole stretches of ids go, so that blocks of the sorted ids become small and are merged.
      for (const id of [...customers.keys()].filter((held) => held < '7' || random() < 0.7)) {
        removeCustomer(table, id);
        customers.delete(id);
      }
      await table.forgetTombstones(-1_000);
      expectHeld(table, customers);
      expect(await allIds(table, 999)).toEqual(inOrder(customers.keys()));
    }
  });

  it('that are not there any more leave their slots to others', async () => {
    const table = new CustomerTable({ memory: new SharedMemory(AMPLE_BYTES), slabBytes: SMALL_SLAB_BYTES });
    const fillAndForget = async (round: number): Promise<void> => {
      for (let n = 0; n < 5_000; n++) {
        if (round > 0) removeCustomer(table, `${round - 1} ${n}`);
        putCustomer(table, `${round} ${n}`);
      }
      await table.forgetTombstones(-1_000);
    };
    await fillAndForget(0);
    await fillAndForget(1);
    const { bytes } = table;
    for (let round = 2; round < 9; round++) await fillAndForget(round);
    expect(table.bytes).toBeLessThan(bytes * 1.1);
    expect(table.size).toBe(5_000);
  });
});
