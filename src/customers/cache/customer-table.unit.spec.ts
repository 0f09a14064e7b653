import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CustomerTable } from './customer-table.js';
import { allIds, AMPLE_BYTES, putCustomer, removeCustomer } from './customer-table.fixture.js';
import { SharedMemory } from './memory-budget.js';

const KEY = Buffer.from('a');
const at = (partition: number, offset: number, time: number | bigint) => ({
  partition,
  offset,
  time: BigInt(time),
});

let table: CustomerTable;
beforeEach(() => {
  table = new CustomerTable({ memory: new SharedMemory(AMPLE_BYTES) });
});

const put = (json: string, place: ReturnType<typeof at>, updatedAt = 1n) =>
  table.put(KEY, json, updatedAt, place);
const held = (): string | undefined => table.get('a')?.json;

describe('a customer', () => {
  it.each([
    1n,
    0n,
    -1n,
    9007199254740991n,
    9007199254740993n,
    -9007199254740993n,
    2n ** 63n - 1n,
    -(2n ** 63n),
  ])('has its updatedAt as its etag, exactly: %s', (updatedAt) => {
    put('one', at(0, 0, 0), updatedAt);
    expect(table.get('a')).toEqual({ json: 'one', etag: `"${updatedAt}"` });
  });

  it('is created, replaced, and replaced by an earlier one of a later record', () => {
    expect(put('one', at(0, 0, 0), 5n)).toBe('created');
    expect(put('two', at(0, 1, 0), 5n)).toBe('replaced');
    expect(put('three', at(0, 2, 0), 4n)).toBe('backdated');
    expect(held()).toBe('three');
    expect(table.size).toBe(1);
  });

  it('is found by an id of any text', () => {
    const ids = ['', 'é', '\u{1f600}', '\ufffd', 'x'.repeat(2_000), 'é'.repeat(2_000), '\0'];
    for (const id of ids) putCustomer(table, id);
    for (const id of ids) expect(table.get(id)?.json).toContain(JSON.stringify(id));
  });

  it('is not found by a text that is not well-formed, though it is written as another', () => {
    putCustomer(table, '\ufffd');
    expect(table.get('\ud800')).toBeUndefined();
  });
});

describe('of two records', () => {
  it('in one partition the higher offset counts, whatever the times', () => {
    put('later', at(0, 7, 1));
    expect(put('again', at(0, 7, 9))).toBe('outdated');
    expect(put('earlier', at(0, 6, 9))).toBe('outdated');
    expect(table.remove(KEY, at(0, 6, 9))).toBe('outdated');
    expect(held()).toBe('later');
    expect(put('latest', at(0, 8, 0))).toBe('replaced');
  });

  it('of two partitions the later time counts, to all 64 bits, and of equal times the higher partition', () => {
    put('one', at(1, 0, 2n ** 62n));
    expect(put('two', at(0, 9, 2n ** 62n - 1n))).toBe('outdated');
    expect(put('two', at(0, 9, 2n ** 62n))).toBe('outdated');
    expect(put('two', at(2, 0, 2n ** 62n))).toBe('replaced');
    expect(put('three', at(0, 10, 2n ** 62n + 1n))).toBe('replaced');
  });

  it('a time that goes back within a partition does not let an earlier record of another one win', () => {
    put('A', at(0, 0, 10));
    put('C', at(0, 1, 1));
    expect(put('B', at(1, 0, 5))).toBe('outdated');
    expect(put('D', at(1, 1, 11))).toBe('replaced');
  });
});

describe('a tombstone', () => {
  it('removes, and is remembered against older records', () => {
    put('one', at(0, 0, 5));
    expect(table.remove(KEY, at(0, 1, 6))).toBe('removed');
    expect(held()).toBeUndefined();
    expect(table.size).toBe(0);
    expect(put('old', at(1, 0, 5))).toBe('outdated');
    expect(table.remove(KEY, at(0, 2, 7))).toBe('absent');
    expect(put('old', at(1, 0, 6))).toBe('outdated');
    expect(put('new', at(1, 0, 8))).toBe('created');
  });

  it('of a key that is not held is remembered too', () => {
    expect(table.remove(KEY, at(0, 1, 6))).toBe('absent');
    expect(put('old', at(1, 0, 5))).toBe('outdated');
    expect(table.size).toBe(0);
  });

  it('is forgotten when it was put longer ago than is said, and customers are not', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    try {
      table.remove(KEY, at(0, 1, 6));
      putCustomer(table, 'b');
      vi.setSystemTime(1_000_500);
      await table.forgetTombstones(500);
      expect(put('old', at(1, 0, 5))).toBe('outdated');
      await table.forgetTombstones(499);
      expect(put('old', at(1, 0, 5))).toBe('created');
      expect(table.size).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a page', () => {
  const IDS = ['', 'B', 'a', 'ab', 'é', '\uffff', '\u{1f600}'];
  beforeEach(() => {
    for (const id of IDS.toReversed()) putCustomer(table, id);
  });

  it('has the ids in the order of their UTF-8, which is not that of their UTF-16', async () => {
    expect(await table.page({ limit: 10 })).toEqual({ ids: IDS });
  });

  it('goes on after any text', async () => {
    expect(await table.page({ after: 'B', limit: 2 })).toEqual({ ids: ['a', 'ab'], next: 'ab' });
    expect(await table.page({ after: 'aa', limit: 2 })).toEqual({ ids: ['ab', 'é'], next: 'é' });
    expect(await table.page({ after: '', limit: 1 })).toEqual({ ids: ['B'], next: 'B' });
    expect(await table.page({ after: '\uffff', limit: 1 })).toEqual({ ids: ['\u{1f600}'] });
    expect(await table.page({ after: '\u{1f600}', limit: 1 })).toEqual({ ids: [] });
  });

  it('has those alone that have the text of the filter', async () => {
    expect(await table.page({ limit: 10, filter: 'b' })).toEqual({ ids: ['ab'] });
    expect(await table.page({ limit: 10, filter: '' })).toEqual({ ids: IDS });
  });

  it('has no deleted customers, and passes over keys that are no UTF-8', async () => {
    removeCustomer(table, 'a');
    table.remove(Buffer.from([0xc3]), at(0, 0, 0));
    expect(await allIds(table, 1)).toEqual(IDS.filter((id) => id !== 'a'));
  });

  it('ends after 100,000 customers, however few have the text of the filter', async () => {
    for (let n = 0; n < 150_000; n++) putCustomer(table, `n${String(n).padStart(6, '0')}`, 0);
    const first = await table.page({ after: 'n', limit: 5, filter: '9999' });
    expect(first.ids).toEqual(['n009999', 'n019999', 'n029999', 'n039999', 'n049999']);
    const none = await table.page({ after: 'n', limit: 5, filter: 'x' });
    expect(none).toEqual({ ids: [], next: 'n099999' });
    expect(await table.page({ after: none.next, limit: 5, filter: 'x' })).toEqual({ ids: [] });
  });
});

it('a table that is cleared holds nothing, and can be used', async () => {
  putCustomer(table, 'a');
  table.clear();
  expect([table.size, table.get('a'), await allIds(table, 1)]).toEqual([0, undefined, []]);
  expect(putCustomer(table, 'a')).toBe('created');
});
