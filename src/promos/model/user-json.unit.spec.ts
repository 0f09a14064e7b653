import { expect, it } from 'vitest';
import { encodeUser, jsonText } from './user-json.js';
import { parseChanges } from './user-changes.js';
import { etagOf } from './user-etag.js';

it('escapes in a text what HTML and JavaScript would take for something else, and nothing more', () => {
  expect(jsonText('<a href="x">&\u2028\u2029\u007fé😀\n\u0001\\</a>')).toBe(
    String.raw`"\u003ca href=\"x\"\u003e\u0026\u2028\u2029` +
      '\u007fé😀' +
      String.raw`\n\u0001\\\u003c/a\u003e"`,
  );
});

it('has the members of a user in their order, the empty ones too', () => {
  expect(encodeUser({ promo_message: '', deeplink: '', user_id: 'a' })).toBe(
    '{"user_id":"a","deeplink":"","promo_message":""}',
  );
});

it('gives each content of a user a weak ETag of its own', () => {
  const user = { user_id: 'a', deeplink: 'b', promo_message: 'c' };
  const others = [
    { ...user, user_id: 'x' },
    { ...user, deeplink: 'x' },
    { ...user, promo_message: 'x' },
    { ...user, deeplink: 'bc', promo_message: '' },
  ];
  const etags = [user, ...others].map(etagOf);
  expect(new Set(etags).size).toBe(etags.length);
  expect(etagOf({ ...user })).toBe(etags[0]);
  expect(etags[0]).toMatch(/^W\/"[0-9a-f]{32}"$/);
});

it('takes a notification for ids, and what is none of ours for any change', () => {
  expect(parseChanges('a')).toEqual(['a']);
  expect(parseChanges('a,B_2,c-3')).toEqual(['a', 'B_2', 'c-3']);
  for (const payload of ['*', '', 'a,', 'a, b', 'a\n', '["a"]', 'x'.repeat(21)]) {
    expect(parseChanges(payload)).toBe('*');
  }
});
