import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntry, encodeEntry } from './redis-value.js';

const entry = fc.record({
  version: fc.maxSafeNat(),
  etag: fc.string({ unit: 'grapheme', maxLength: 80 }),
  body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});
const key = fc.string({ unit: 'grapheme', maxLength: 80 });

describe('values in Redis', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(key, entry, (k, e) => {
        expect(decodeEntry(k, encodeEntry(k, e))).toEqual(e);
      }),
    );
  });

  it('are broken when any part of them is cut off', () => {
    fc.assert(
      fc.property(
        key,
        entry,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (k, e, share) => {
          const bytes = encodeEntry(k, e);
          expect(decodeEntry(k, bytes.subarray(0, Math.floor(bytes.byteLength * share)))).toBe('broken');
        },
      ),
    );
  });

  it('are never read as an entry when another program wrote them', () => {
    fc.assert(
      fc.property(key, fc.uint8Array(), (k, bytes) => decodeEntry(k, Buffer.from(bytes)) === 'broken'),
    );
  });

  it('hold no key or ETag beyond their length fields', () => {
    const tooLong = 'x'.repeat(65_536);
    const small = { version: 1, etag: '', body: Buffer.alloc(0) };
    expect(() => encodeEntry(tooLong, small)).toThrow(RangeError);
    expect(() => encodeEntry('k', { ...small, etag: tooLong })).toThrow(RangeError);
  });
});
