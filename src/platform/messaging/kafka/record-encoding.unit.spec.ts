import fc from 'fast-check';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { type EncodedRecord, encodeRecord, type RecordToEncode } from './record-encoding.js';

/** kafkajs's own, in the place of which ours is put. */
const require = createRequire(import.meta.url);
const encodeWithKafkajs = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (
  record: RecordToEncode,
) => EncodedRecord;

const anyText = fc.string({ unit: 'binary', maxLength: 200 });
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const anyField = fc.oneof(anyText, anyBytes);
const anyRecord: fc.Arbitrary<RecordToEncode> = fc.record(
  {
    offsetDelta: fc.nat({ max: 1_000_000 }),
    timestampDelta: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    key: fc.option(anyField),
    value: fc.option(anyField),
    headers: fc.dictionary(
      anyText.filter((name) => name !== '__proto__'),
      fc.oneof(anyField, fc.array(anyField, { maxLength: 3 })),
    ),
  },
  { requiredKeys: [] },
);

describe('a record', () => {
  it('is encoded to the same bytes as by kafkajs', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(encodeRecord(record).buffer.equals(encodeWithKafkajs(record).buffer)).toBe(true);
      }),
    );
  });

  it.each([63, 64, 8_191, 8_192, 1_048_575, 1_048_576])('of %d bytes as well', (bytes) => {
    const record = { key: 'k', value: Buffer.alloc(bytes, 'x') };
    expect(encodeRecord(record).buffer.equals(encodeWithKafkajs(record).buffer)).toBe(true);
  });
});
