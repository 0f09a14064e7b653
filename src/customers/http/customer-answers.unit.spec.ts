import { describe, expect, it } from 'vitest';
import { SECURITY_HEADERS } from '../../platform/http/security-headers.js';
import { CustomersSettings } from '../customers.settings.js';
import type { CustomerLookup } from '../service/customer-lookup.js';
import { CustomerAnswers } from './customer-answers.js';

const HELD = { json: '{"name":"é"}', etag: '"1001"' };
const URL = '/api/users/a?x=1';

function answersOf(fields: Partial<CustomerLookup> = {}, maxAgeSeconds = 300): CustomerAnswers {
  const lookup: Partial<CustomerLookup> = {
    unready: () => undefined,
    get: (accountId) => (accountId === 'a' ? HELD : undefined),
    lagSeconds: () => 4,
    ...fields,
  };
  const settings = Object.assign(new CustomersSettings(), { CUSTOMERS_CACHE_MAX_AGE_SECONDS: maxAgeSeconds });
  return new CustomerAnswers(lookup as CustomerLookup, settings);
}

const one = (headers = {}, answers = answersOf()) => answers.one('a', { url: URL, headers });

describe('the answer to a look-up of one customer', () => {
  it('is what is held, with how long it may be kept and how old it may be', () => {
    expect(one()).toEqual({
      status: 200,
      headers: [
        ...['etag', '"1001"', 'cache-control', 'public, max-age=300', 'x-data-lag', '4'],
        ...['content-type', 'application/json; charset=utf-8', ...SECURITY_HEADERS],
        ...['content-length', '13'],
      ],
      body: HELD.json,
    });
  });

  it('is written as Latin-1 where that makes the same bytes', () => {
    expect(one().encoding).toBeUndefined();
    const ascii = { json: '{"name":"e"}', etag: '"1"' };
    const latin = { json: '{"name":"\u00e9"}', etag: '"1"' };
    expect(one({}, answersOf({ get: () => ascii })).encoding).toBe('latin1');
    expect(one({}, answersOf({ get: () => latin })).encoding).toBeUndefined();
  });

  it('may be kept as long as the setting says', () => {
    const { headers } = one({}, answersOf({}, 0));
    expect(headers[headers.indexOf('cache-control') + 1]).toBe('public, max-age=0');
  });

  it.each(['"1001"', 'W/"1001"', '*', '"a", W/"1001"'])('is 304 for who has %s', (ifNoneMatch) => {
    expect(one({ 'if-none-match': ifNoneMatch })).toEqual({
      status: 304,
      headers: ['etag', '"1001"', 'cache-control', 'public, max-age=300', 'x-data-lag', '4'],
    });
  });

  it('is a problem with a message for who is not there', () => {
    const answer = answersOf().one('b', { url: '/api/users/b', headers: { 'if-none-match': '*' } });
    expect(answer.status).toBe(404);
    expect(answer.headers.slice(0, 2)).toEqual(['x-data-lag', '4']);
    expect(JSON.parse(String(answer.body))).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'there is no customer with this account id',
      instance: '/api/users/b',
      message: 'User not found',
    });
  });

  it('is 503 while not all are known, without a look at what is, and without the reason', () => {
    const get = (): never => {
      throw new Error('it must not be asked');
    };
    const answers = answersOf({ unready: () => 'partition 3', get });
    const answer = one({ 'if-none-match': '*' }, answers);
    expect(answer.status).toBe(503);
    expect(answer.headers.slice(0, 2)).toEqual(['retry-after', '1']);
    expect(String(answer.body)).not.toContain('partition');
    expect(answers.unready(URL)).toEqual(answer);
    expect(answersOf().unready(URL)).toBeUndefined();
  });
});
