import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cursorAfter, parseCustomerListQuery } from './customer-list-query.js';

it('has a cursor for any id, which stands in a URL as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (accountId) => {
      const cursor = cursorAfter(accountId);
      expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(parseCustomerListQuery({ cursor })).toEqual({ limit: 50, after: accountId });
    }),
  );
});

it.each(['', 'a', 'YQ', 'iYQ=', 'i_', 'i-A'])('has no cursor %j', (cursor) => {
  expect(() => parseCustomerListQuery({ cursor })).toThrow();
});

it('has one for the empty id', () => {
  expect(parseCustomerListQuery({ cursor: cursorAfter('') }).after).toBe('');
});
