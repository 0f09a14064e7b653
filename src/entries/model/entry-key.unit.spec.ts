import { describe, expect, it } from 'vitest';
import { isEntryName, parseStorageKey, storageKeyOf, textOfLatin1 } from './entry-key.js';

describe('a name', () => {
  it.each(['a', '..', '/', '%2F', ' ', '\u0000', '😀', 'x'.repeat(255), 'é'.repeat(127)])(
    'may be %j',
    (name) => {
      expect(isEntryName(name)).toBe(true);
    },
  );

  it.each(['', 'x'.repeat(256), 'é'.repeat(128), '\ud800', 'a\udc00'])('is not %j', (name) => {
    expect(isEntryName(name)).toBe(false);
  });
});

describe('a storage key', () => {
  it('is both parts, percent-encoded', () => {
    expect(storageKeyOf({ instance: 'a b', key: 'ü/%2F' })).toBe('a%20b/%C3%BC%2F%252F');
  });

  it('never is that of another entry', () => {
    const names = ['a', 'a/b', 'b', '/', 'a%2Fb', '%', 'a:b', '\u0000', ' '];
    const keys = names.flatMap((instance) => names.map((key) => storageKeyOf({ instance, key })));
    expect(new Set(keys).size).toBe(names.length ** 2);
  });

  it('tells what it was made of', () => {
    const entry = { instance: 'tenant/1', key: '\u0000 ü😀..%2F' };
    expect(parseStorageKey(storageKeyOf(entry))).toEqual(entry);
  });

  it.each(['', 'a', 'a/', '/a', 'a/b/c', 'a/%zz', 'a/%2f', 'a b/c', 'a/%ED%A0%80', `a/${'x'.repeat(256)}`])(
    'is not %j',
    (text) => {
      expect(parseStorageKey(text)).toBeUndefined();
    },
  );
});

it('a header is read as UTF-8', () => {
  expect(textOfLatin1(Buffer.from('tenant-ü').toString('latin1'))).toBe('tenant-ü');
  expect(textOfLatin1('\xfc')).toBeUndefined();
});
