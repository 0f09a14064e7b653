import { expect, it } from 'vitest';
import { isUrlSafeId } from './url-safe-id.js';

it.each(['b563feb7b2b84b6test', 'A', '_', '-', '0'.repeat(64)])('%s can be an id', (text) => {
  expect(isUrlSafeId(text)).toBe(true);
});

it.each(['', 'a/b', 'a b', 'a\n', 'é', '.', '..', '0'.repeat(65)])('%j cannot', (text) => {
  expect(isUrlSafeId(text)).toBe(false);
});
