import { describe, expect, it } from 'vitest';
import { userIdOf } from './user-id-query.js';

describe('the id that a URL asks for', () => {
  it.each([
    ['?user_id=abc', 'abc'],
    ['?user_id=A-z_09', 'A-z_09'],
    ['?user_id=12345678901234567890', '12345678901234567890'],
    ['?other=x&user_id=abc&user_id=def', 'abc'],
    ['?user%5Fid=abc', 'abc'],
    ['?user_id=%61bc', 'abc'],
  ])('of /v1/users%s is %s', (query, userId) => {
    expect(userIdOf(`/v1/users${query}`)).toBe(userId);
  });

  it.each([
    '',
    '?',
    '?user_id',
    '?user_id=',
    '?user_id=&user_id=abc',
    '?USER_ID=abc',
    '?user_id=123456789012345678901',
    '?user_id=a%20',
    '?user_id=+a',
    '?user_id=abc%0A',
    '?user_id=%00',
    '?user_id=%zz&user_id=abc',
    '?user_id=%',
    '?user_id=%E0%A4%A',
    '?user_id=%C3%A4',
    '?user_id=a;b',
    '?user_id=a=b',
    '?xuser_id=abc',
  ])('of /v1/users%s is none', (query) => {
    expect(userIdOf(`/v1/users${query}`)).toBeUndefined();
  });
});
