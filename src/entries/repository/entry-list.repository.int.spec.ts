import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { entries } from '../entries.module.js';
import type { EntryPage, EntryPageQuery } from '../model/entry-page.js';
import { EntryListRepository } from './entry-list.repository.js';

/** What a page looks at. */
const ROWS_A_PAGE = 1_000;

let house: WaybillDatabase;
let list: EntryListRepository;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [entries] });
  list = new EntryListRepository(house.database);
});
afterAll(() => house.drop());
beforeEach(() => house.rows('TRUNCATE entries.cache_entries'));

const COLUMNS = 'instance_id, key, version, value, created_at, updated_at, written_at, ends_at';

async function insert(keys: readonly string[], instance = 'i', ends: string | null = null): Promise<void> {
  await house.rows(
    `INSERT INTO entries.cache_entries (${COLUMNS})
     SELECT convert_to($2, 'UTF8'), key, 1, 'x', now(), now(), now(), now() + $3::interval FROM unnest($1::bytea[]) AS key`,
    [keys.map((key) => Buffer.from(key)), instance, ends],
  );
}

/** Keys `<prefix>00000` and so on, which were deleted. */
const insertTombstones = (prefix: string, rows: number): Promise<unknown> =>
  house.rows(
    `INSERT INTO entries.cache_entries (${COLUMNS})
     SELECT 'i', convert_to($1 || lpad(n::text, 5, '0'), 'UTF8'), 2, NULL, now(), now(), now(), now()
       FROM generate_series(0, $2::int - 1) AS n`,
    [prefix, rows],
  );

const page = (query: Partial<EntryPageQuery> = {}): Promise<EntryPage> =>
  list.page({ instance: 'i', prefix: '', limit: 100, ...query });

async function allPages(query: Partial<EntryPageQuery> = {}): Promise<EntryPage[]> {
  const pages = [await page(query)];
  while (pages.at(-1)!.next !== undefined) pages.push(await page({ ...query, after: pages.at(-1)!.next }));
  return pages;
}

describe('a list of keys', () => {
  it('has those with a value, by their bytes, whatever characters they are of', async () => {
    const keys = ['\u0000', 'A', 'a', 'a\u0000', 'a/b', 'ab', 'é', 'ﬀ', '😀'];
    await insert(keys);
    await insert(['later'], 'i', '1 hour');
    await insert(['ended'], 'i', '-1 second');
    await insert(['of another'], 'j');
    await insertTombstones('gone', 1);
    const byBytes = [...keys, 'later'].sort((one, other) =>
      Buffer.compare(Buffer.from(one), Buffer.from(other)),
    );
    expect(await page()).toEqual({ keys: byBytes });
    expect((await allPages({ limit: 1 })).flatMap((one) => one.keys)).toEqual(byBytes);
    expect((await allPages({ limit: 3 })).map((one) => one.keys.length)).toEqual([3, 3, 3, 1]);
  });

  it('has only those that begin with a prefix, to the byte', async () => {
    await insert(['a', 'ab', 'ab\u0000', 'ab😀', 'abc', 'ac', 'é', 'éa', 'è']);
    expect((await page({ prefix: 'ab' })).keys).toEqual(['ab', 'ab\u0000', 'abc', 'ab😀']);
    expect((await page({ prefix: 'é' })).keys).toEqual(['é', 'éa']);
    expect((await page({ prefix: 'nobody' })).keys).toEqual([]);
    expect((await page({ prefix: 'ab', after: 'abc' })).keys).toEqual(['ab😀']);
    // A cursor from before the prefix.
    expect((await page({ prefix: 'ac', after: 'a' })).keys).toEqual(['ac']);
  });

  it('says where it goes on also where it looked at many deleted keys and found none', async () => {
    await insertTombstones('m', 2 * ROWS_A_PAGE + 500);
    await insert(['first', 'last', 'z']);
    const pages = await allPages({ prefix: '' });
    expect(pages.flatMap(({ keys }) => keys)).toEqual(['first', 'last', 'z']);
    expect(pages.map(({ keys }) => keys.length)).toEqual([2, 0, 1]);
    expect(pages.map(({ next }) => next)).toEqual(['m00997', 'm01997', undefined]);
  });

  it('goes on behind its last key where deleted keys follow it', async () => {
    await insert(['a', 'b', 'c']);
    await insertTombstones('m', ROWS_A_PAGE + 5);
    await insert(['z']);
    expect(await allPages({ limit: 3 })).toEqual([
      { keys: ['a', 'b', 'c'], next: 'c' },
      { keys: [], next: 'm00999' },
      { keys: ['z'] },
    ]);
    expect((await allPages({ limit: 2 })).map(({ keys }) => keys)).toEqual([['a', 'b'], ['c'], ['z']]);
  });

  it('ends where as many deleted keys as a page looks at are all that is left', async () => {
    await insertTombstones('m', ROWS_A_PAGE);
    expect((await allPages()).flatMap(({ keys }) => keys)).toEqual([]);
  });
});
