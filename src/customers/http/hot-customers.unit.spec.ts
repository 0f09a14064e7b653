import { describe, expect, it, vi } from 'vitest';
import type { Answer } from '../../platform/http/answer.js';
import type { DirectAnswers } from '../../platform/http/direct-answers.js';
import { CustomersSettings } from '../customers.settings.js';
import type { CustomerAnswers } from './customer-answers.js';
import { HotCustomers } from './hot-customers.js';

const REQUEST = { url: '/', headers: {} };

function routeOf(answer: Answer, prefix = '/api') {
  const one = vi.fn(() => answer);
  const add = vi.fn();
  const settings = Object.assign(new CustomersSettings(), { CUSTOMERS_PREFIX: prefix });
  // Classes with private parts, of which one method is asked.
  const parts = [{ add } as unknown as DirectAnswers, { one } as unknown as CustomerAnswers] as const;
  const route = new HotCustomers(...parts, settings);
  route.onModuleInit();
  expect(add).toHaveBeenCalledExactlyOnceWith(route);
  return { route, one };
}

const FOUND: Answer = { status: 200, headers: [], body: '{}' };

describe('the short way of a look-up', () => {
  it('is that of the route of one customer, under its prefix', () => {
    expect(routeOf(FOUND).route.pattern).toBe('/api/users/:account_id');
    expect(routeOf(FOUND, '/').route.pattern).toBe('/users/:account_id');
  });

  it.each(['a', 'A-z_0.9~', '..', '__proto__', 'x'.repeat(8_000)])('answers for: %s', (accountId) => {
    const { route, one } = routeOf(FOUND);
    expect(route.answer(accountId, REQUEST)).toBe(FOUND);
    expect(one).toHaveBeenCalledExactlyOnceWith(accountId, REQUEST);
  });

  it('answers where nothing is sent', () => {
    const unchanged: Answer = { status: 304, headers: [] };
    expect(routeOf(unchanged).route.answer('a', REQUEST)).toBe(unchanged);
  });

  it.each(['', '%61', 'a?', 'a?x=1', 'a/', '/a', 'a/b', 'a#', 'a;b', 'a+b', 'a:b', 'a@b', 'é', 'a\n'])(
    'leaves to the controller: %j',
    (accountId) => {
      const { route, one } = routeOf(FOUND);
      expect(route.answer(accountId, REQUEST)).toBeUndefined();
      expect(one).not.toHaveBeenCalled();
    },
  );

  it('leaves large answers to the controller', () => {
    const answerOf = (characters: number) =>
      routeOf({ ...FOUND, body: 'x'.repeat(characters) }).route.answer('a', REQUEST);
    expect(answerOf(65_535)).toBeDefined();
    expect(answerOf(65_536)).toBeUndefined();
  });
});
