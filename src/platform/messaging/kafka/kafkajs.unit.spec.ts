import fc from 'fast-check';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { type EventHeader, type EventHeaders, nameOf } from '../event-headers.js';
import { murmur2 } from './murmur2.js';
import { groupByPartition } from './partition-groups.js';
import { type BatchContext, decodeRecord, type RecordBytes } from './record-decoding.js';
import { encodeRecord, type RecordToEncode } from './record-encoding.js';

/** Of kafkajs itself: what ours are put in the place of. */
const require = createRequire(import.meta.url);
const original = <Function>(file: string): Function => require(`kafkajs/src/${file}`) as Function;
const encodeWithKafkajs = original<typeof encodeRecord>('protocol/recordBatch/record/v0/index.js');
const decodeWithKafkajs = original<DecoderOfKafkajs>('protocol/recordBatch/record/v0/decoder.js');
const murmur2OfKafkajs = original<typeof murmur2>('producer/partitioners/default/murmur2.js');
const groupWithKafkajs = original<typeof groupByPartition>('producer/groupMessagesPerPartition.js');
const Decoder = original<new (bytes: Buffer) => RecordBytes>('protocol/decoder.js');

/** kafkajs itself has its headers elsewhere. */
type DecoderOfKafkajs = (
  ...parameters: Parameters<typeof decodeRecord>
) => Omit<ReturnType<typeof decodeRecord>, 'headerList'> & { headers: Record<string, unknown> };

const anyText = fc.string({ unit: 'binary', maxLength: 200 });
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const anyField = fc.oneof(anyText, anyBytes);
/** kafkajs has a value of its own under the names that every object has. */
const anyName = anyText.filter((name) => !(name in {}));
const anyRecord: fc.Arbitrary<RecordToEncode> = fc.record(
  {
    offsetDelta: fc.nat({ max: 1_000_000 }),
    timestampDelta: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    key: fc.option(anyField),
    value: fc.option(anyField),
    headers: fc.dictionary(anyName, fc.oneof(anyField, fc.array(anyField, { maxLength: 3 }))),
  },
  { requiredKeys: [] },
);
const anyHeader: fc.Arbitrary<EventHeader> = fc.record({
  name: fc.oneof(fc.constant('again'), anyBytes.map(nameOf)),
  value: fc.option(anyBytes),
});
const anyLong = fc.bigInt({ min: 0n, max: 2n ** 62n }).map(String);
const anyContext: fc.Arbitrary<BatchContext> = fc.record({
  firstOffset: fc.oneof(fc.nat().map(String), anyLong),
  firstTimestamp: fc.oneof(fc.nat().map(String), anyLong),
  maxTimestamp: anyLong,
  magicByte: fc.constant(2),
  timestampType: fc.constantFrom(0, 1),
  isControlBatch: fc.boolean(),
});

const LENGTH_BYTES = [63, 64, 8_191, 8_192, 1_048_575, 1_048_576];
const MAX_VARINT = 0x7f;

/** kafkajs takes the length off before it decodes. */
function bodyOf(record: Buffer): Buffer {
  let at = 0;
  while (record[at]! > MAX_VARINT) at++;
  return record.subarray(at + 1);
}

describe('a record', () => {
  it('is encoded to the same bytes as by kafkajs', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(encodeRecord(record).buffer.equals(encodeWithKafkajs(record).buffer)).toBe(true);
      }),
    );
  });

  it.each(LENGTH_BYTES)('of %d bytes as well', (bytes) => {
    const record = { key: 'k', value: Buffer.alloc(bytes, 'x') };
    expect(encodeRecord(record).buffer.equals(encodeWithKafkajs(record).buffer)).toBe(true);
  });

  it('is decoded to the same as by kafkajs', () => {
    fc.assert(
      fc.property(anyRecord, anyContext, (record, context) => {
        const body = bodyOf(encodeRecord(record).buffer);
        const { headerList, ...rest } = decodeRecord(new Decoder(body), context);
        const { headers: theirHeaders, ...theirRest } = decodeWithKafkajs(new Decoder(body), context);
        expect(rest).toEqual(theirRest);
        expect(mapOf(headerList)).toEqual(theirHeaders);
      }),
    );
  });

  it.each([2n ** 31n, -(2n ** 31n), 2n ** 48n, -(2n ** 48n) - 1n, 2n ** 62n, -(2n ** 62n)])(
    'with a time that differs by %d is so as well',
    (delta) => {
      const body = Buffer.concat([Buffer.from([0]), varlong(delta), Buffer.from([0, 1, 1, 0])]);
      const context = fc.sample(anyContext, { numRuns: 1, seed: 1 })[0]!;
      const batch = { ...context, timestampType: 0, firstTimestamp: '1700000000000' };
      const { timestamp } = decodeRecord(new Decoder(body), batch);
      expect(timestamp).toBe(decodeWithKafkajs(new Decoder(body), batch).timestamp);
      expect(timestamp).toBe(String(1_700_000_000_000n + delta));
    },
  );

  it('may have other headers than the record before, at the same places and as long', () => {
    const context = fc.sample(anyContext, 1)[0]!;
    const namesOf = (names: readonly string[]): string[] => {
      const headers = Object.fromEntries(names.map((name) => [name, 'value']));
      const body = bodyOf(encodeRecord({ headers }).buffer);
      return decodeRecord(new Decoder(body), context).headerList.map(({ name }) => String(name));
    };
    const long = 'n'.repeat(1_000);
    for (const names of [['ab', 'cd'], ['cd', 'ab'], ['ax', 'b'], ['ab', 'cd', 'é'], [long], [long]]) {
      expect(namesOf(names)).toEqual(names);
    }
  });

  it('may have headers of any name', () => {
    const headers = Object.fromEntries([
      ['__proto__', 'a'],
      ['toString', 'b'],
    ]);
    const body = bodyOf(encodeRecord({ headers }).buffer);
    const context = fc.sample(anyContext, 1)[0]!;
    expect(decodeRecord(new Decoder(body), context).headerList).toEqual([
      { name: '__proto__', value: Buffer.from('a') },
      { name: 'toString', value: Buffer.from('b') },
    ]);
  });

  it('may have headers of one name, without a value, and with names that are no text, in their order', () => {
    const context = fc.sample(anyContext, 1)[0]!;
    fc.assert(
      fc.property(fc.array(anyHeader, { maxLength: 20 }), (headers) => {
        const body = bodyOf(encodeRecord({ headers }).buffer);
        expect(decodeRecord(new Decoder(body), context).headerList).toEqual(headers);
      }),
    );
  });
});

describe('the partition of a key', () => {
  it('comes from the same hash as with kafkajs', () => {
    fc.assert(
      fc.property(anyField, (key) => {
        expect(murmur2(key)).toBe(murmur2OfKafkajs(key));
      }),
    );
  });

  it('gathers the same messages as with kafkajs', () => {
    const anyMessages = fc.array(fc.record({ key: anyText, value: fc.nat() }), { maxLength: 200 });
    fc.assert(
      fc.property(anyMessages, fc.nat({ max: 8 }), (messages, partitions) => {
        const batch = {
          topic: 't',
          partitionMetadata: Array.from({ length: partitions }, (_, id) => id),
          messages,
          partitioner: ({ message }: { message: { key: string } }) =>
            (murmur2(message.key) & 0x7fff_ffff) % partitions,
        };
        expect(groupByPartition(batch)).toEqual(groupWithKafkajs(batch));
      }),
    );
  });
});

/** As kafkajs has them. */
function mapOf(headers: EventHeaders): Record<string, unknown> {
  const values = new Map<string, unknown[]>();
  for (const { name, value } of headers) {
    values.set(String(name), [...(values.get(String(name)) ?? []), value]);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all]));
}

function varlong(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
