import { expect, it } from 'vitest';
import { halfSipHash13, keyHash } from './key-hash.js';

/** Published vectors of HalfSipHash-1-3 (the Linux kernel's siphash_kunit.c): of the bytes 0, 1, 2 … of each length. */
const VECTORS = [
  0x5814c896, 0xe7e864ca, 0xbc4b0e30, 0x01539939, 0x7e059ea6, 0x88e3d89b, 0xa0080b65, 0x9d38d9d6, 0x577999b1,
  0xc839caed, 0xe4fa32cf, 0x959246ee, 0x6b28096c, 0x66dd9cd6, 0x16658a7c, 0xd0257b04,
];

const bytes = Uint8Array.from({ length: 64 }, (_, index) => index);

it('is HalfSipHash-1-3', () => {
  expect(VECTORS.map((_, length) => halfSipHash13(bytes, length, 0x03020100, 0x07060504))).toEqual(VECTORS);
});

it('is seeded, and the same for the same bytes, wherever they stand', () => {
  expect(keyHash(bytes, 9)).toBe(keyHash(bytes.slice(0, 9), 9));
  expect(keyHash(bytes, 9)).not.toBe(halfSipHash13(bytes, 9, 0, 0));
});
