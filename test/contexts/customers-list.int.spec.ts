import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { IdPage } from '../../src/customers/cache/id-page.js';
import { CustomerLookup } from '../../src/customers/service/customer-lookup.js';
import { type Answer, ask, expectProblem, JSON_TYPE, pathsOf } from '../e2e/api.js';
import { customerOf, type OpenCustomers, openCustomers } from './open-customers.js';

const IDS = ['', ' ', '%', '&=+', 'a', 'a b', 'a/b', 'ab', 'b', 'c\0', 'é', '\u{1F600}'].map(
  (end) => `id-${end}`,
);
const NEXT = /^<([^>]+)>; rel="next"$/;

let customers: OpenCustomers;
beforeAll(async () => {
  customers = await openCustomers();
  customers.hold(...[...IDS].reverse().map((id) => customerOf(id)));
});
afterEach(() => {
  customers.lagSeconds.mockReturnValue(0);
});
afterAll(() => customers?.close());

const list = (query = ''): Promise<Answer> => ask(`${customers.url}/api/users${query}`);
const nextOf = ({ headers }: Answer): string | undefined => NEXT.exec(headers.get('link') ?? '')?.[1];

/** All pages, as a client comes by them. */
async function pagesOf(query: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let path: string | undefined = `/api/users${query}`; path !== undefined;) {
    const answer = await ask(customers.url + path);
    expect(answer.status, answer.text).toBe(200);
    pages.push(JSON.parse(answer.text) as string[]);
    path = nextOf(answer);
  }
  return pages;
}

describe('GET /api/users', () => {
  it('lists the ids, sorted by their bytes, and is not to be kept', async () => {
    customers.lagSeconds.mockReturnValue(3);
    const answer = await list();
    expect(JSON.parse(answer.text)).toEqual(IDS);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': JSON_TYPE,
      'cache-control': 'no-store',
      'x-data-lag': '3',
    });
    expect(answer.headers.has('link')).toBe(false);
    expect(answer.headers.has('etag')).toBe(false);
  });

  it.each([1, 2, 5, 12, 10_000])('has each once in pages of %i', async (limit) => {
    const pages = await pagesOf(`?limit=${limit}`);
    expect(pages.flat()).toEqual(IDS);
    expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(limit);
  });

  it.each([' ', '%', '&=+', 'b', '/', '\0', 'é', '\u{1F600}', 'id-', 'id-a', 'x'])(
    'has those that contain %j',
    async (filter) => {
      const pages = await pagesOf(`?${new URLSearchParams({ filter, limit: '1' }).toString()}`);
      expect(pages.flat()).toEqual(IDS.filter((id) => id.includes(filter)));
    },
  );

  it('leads on from a page that is short, or empty', async () => {
    const page = vi.spyOn(customers.part(CustomerLookup), 'page');
    const pages: IdPage[] = [
      { ids: [], next: 'looked up to é/\0' },
      { ids: ['one'], next: 'z' },
      { ids: [] },
    ];
    for (const one of pages) page.mockResolvedValueOnce(one);
    expect(await pagesOf('?limit=7&filter=e')).toEqual([[], ['one'], []]);
    expect(page.mock.calls).toEqual([
      [{ limit: 7, filter: 'e' }],
      [{ limit: 7, filter: 'e', after: 'looked up to é/\0' }],
      [{ limit: 7, filter: 'e', after: 'z' }],
    ]);
    page.mockRestore();
  });

  it('asks for 50 where nobody says how many', async () => {
    const page = vi.spyOn(customers.part(CustomerLookup), 'page');
    await list();
    expect(page.mock.calls).toEqual([[{ limit: 50 }]]);
    page.mockRestore();
  });

  it('has no body for HEAD', async () => {
    const answer = await customers.sent('HEAD /api/users?limit=1');
    expect(answer).toMatch(
      /^HTTP\/1\.1 200 OK\r\nlink: <\/api\/users\?limit=1&cursor=iaWQt>; rel="next"\r\n/,
    );
    expect(answer).toMatch(/\r\n\r\n$/);
  });

  it('takes a filter of 256 characters, as people count', async () => {
    expect((await list(`?filter=${encodeURIComponent('\u{1F600}'.repeat(256))}`)).status).toBe(200);
    const problem = expectProblem(await list(`?filter=${encodeURIComponent('\u{1F600}'.repeat(257))}`), 400);
    expect(pathsOf(problem)).toEqual(['filter']);
  });

  it.each([
    ['limit=0', ['limit']],
    ['limit=10001', ['limit']],
    ['limit=1&limit=2', ['limit']],
    ['limit=1e3', ['limit']],
    ['cursor=', ['cursor']],
    ['cursor=!', ['cursor']],
    ['cursor=igA', ['cursor']],
    ['cursor=iYQ==', ['cursor']],
    ['filter=', ['filter']],
    ['filter=a&filter=b', ['filter']],
    [`filter=${'x'.repeat(257)}`, ['filter']],
    ['prefix=a&Limit=1', ['prefix', 'Limit']],
    ['limit=x&cursor=!&filter=&offset=1', ['limit', 'cursor', 'filter', 'offset']],
  ])('refuses ?%s by the names of the parameters', async (query, names) => {
    expect(pathsOf(expectProblem(await list(`?${query}`), 400))).toEqual(names);
  });
});
