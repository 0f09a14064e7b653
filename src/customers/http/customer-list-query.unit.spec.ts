import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cursorAfter, parseCustomerListQuery } from './customer-list-query.js';

it('has a cursor for any id, which stands in a URL as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (accountId) => {
      const cursor = cursorAfter(accountId);
      expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(parseCustomerListQuery({ cursor })).toEqual({ limit: 50, after: accountId });
    }),
  );
});
