import { describe, expect, it } from 'vitest';
import { userRowOf } from './user-row.js';

describe('a row of a file of users', () => {
  it('is taken as it is', () => {
    expect(userRowOf(7, ['_-Az09', ' app://a\r\n', '😀'.repeat(8_192)])).toEqual({
      line: 7,
      user_id: '_-Az09',
      deeplink: ' app://a\r\n',
      promo_message: '😀'.repeat(8_192),
    });
    expect(userRowOf(2, ['a', '', ''])).toEqual({ line: 2, user_id: 'a', deeplink: '', promo_message: '' });
  });

  it.each(['', ' a', 'a\n', 'a.b', 'ż', 'a'.repeat(21)])('has no id such as %j', (userId) => {
    expect(userRowOf(2, [userId, '', ''])).toBe('user_id must be 1 to 20 letters, digits, _ and -');
  });

  it('has all of its faults told', () => {
    expect(userRowOf(2, ['?', '\0', 'ż'.repeat(8_193)])).toBe(
      'user_id must be 1 to 20 letters, digits, _ and -; ' +
        'deeplink must be without NUL (U+0000), which cannot be stored; ' +
        'promo_message must have 8192 characters at most',
    );
  });
});
