import { describe, expect, it } from 'vitest';
import { storageKeyOf } from '../model/entry-key.js';
import type { StoredEntry } from '../model/stored-entry.js';
import { decodeEntry, encodeEntry, HEAD_AT } from './redis-entry.js';

const entry: StoredEntry = {
  instance: 'tenant/1',
  key: '\u0000ü',
  version: 9_007_199_254_740_991,
  createdAtUs: 1_795_977_926_123_456,
  updatedAtUs: 1_795_977_926_123_457,
  endsAtUs: 1_795_977_927_123_457,
  content: {
    value: Buffer.from([0, 1, 255]),
    contentType: 'application/octet-stream',
    metadata: '{"a":1}',
    ttlSeconds: 1,
  },
};
const STORAGE_KEY = storageKeyOf(entry);

describe('an entry in Redis', () => {
  it.each([
    ['with bytes', entry],
    ['with JSON', { ...entry, endsAtUs: undefined, content: { value: Buffer.from('null') } }],
    ['without a value', { ...entry, content: undefined }],
  ])('%s comes back as it was', (_, one) => {
    expect(decodeEntry(STORAGE_KEY, encodeEntry(one))).toEqual(one);
  });

  it('is not believed under another key', () => {
    expect(decodeEntry(storageKeyOf({ ...entry, key: 'b' }), encodeEntry(entry))).toBeUndefined();
  });

  it('is not believed where it is cut off within its head, or none of ours', () => {
    const bytes = encodeEntry(entry);
    for (const length of [0, 3, HEAD_AT - 1, HEAD_AT, HEAD_AT + 10]) {
      expect(decodeEntry(STORAGE_KEY, bytes.subarray(0, length)), `${length} bytes`).toBeUndefined();
    }
    expect(decodeEntry(STORAGE_KEY, Buffer.from('{"value":1}'.repeat(5)))).toBeUndefined();
  });

  it.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['no key', '{"instance":"a","created":1,"updated":1}'],
    ['a time as a text', '{"instance":"tenant/1","key":"\\u0000ü","created":"1","updated":1}'],
    [
      'content of another shape',
      '{"instance":"tenant/1","key":"\\u0000ü","created":1,"updated":1,"content":1}',
    ],
  ])('is not believed with a head that is %s', (_, head) => {
    const bytes = Buffer.alloc(HEAD_AT + Buffer.byteLength(head));
    encodeEntry(entry).copy(bytes, 0, 0, HEAD_AT);
    bytes.writeUInt32BE(Buffer.byteLength(head), HEAD_AT - 4);
    bytes.write(head, HEAD_AT);
    expect(decodeEntry(STORAGE_KEY, bytes)).toBeUndefined();
  });
});
