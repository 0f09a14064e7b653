import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UndecodableDatumError } from './avro.errors.js';
import { AvroReader } from './avro-schema.js';
import {
  CUSTOMER,
  CUSTOMER_SCHEMA,
  type Customer,
  customerSchema,
  DATUM,
} from './customer-schema.fixture.js';

const customers = new AvroReader<Customer>(CUSTOMER_SCHEMA);
const decode = customers.decoderOf(JSON.stringify(CUSTOMER_SCHEMA));

const longs = new AvroReader<bigint>({ type: 'long' });
const decodeLong = longs.decoderOf('"long"');
/** Of a writer that has more fields, which the reader drops. */
const decodeRest = (type: unknown) =>
  new AvroReader<object>(customerSchema([])).decoderOf(
    JSON.stringify(customerSchema([{ name: 'rest', type }])),
  );

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('data of the own schema', () => {
  it('are read and written as the vector has them, in the order of the fields', () => {
    expect(decode(DATUM)).toEqual(CUSTOMER);
    expect(Object.keys(decode(DATUM))).toEqual(Object.keys(CUSTOMER));
    expect(customers.encode(CUSTOMER)).toEqual(DATUM);
  });

  it.each([
    [0n, '00'],
    [-1n, '01'],
    [63n, '7e'],
    [64n, '8001'],
    [-(2n ** 52n), 'ffffffffffffff0f'],
    [2n ** 53n + 1n, '8280808080808020'],
    [-(2n ** 53n) - 1n, '8180808080808020'],
    [2n ** 62n, '80808080808080808001'],
    [2n ** 63n - 1n, 'feffffffffffffffff01'],
    [-(2n ** 63n), 'ffffffffffffffffff01'],
  ])('have the long %s as %s', (value, bytes) => {
    expect(longs.encode(value)).toEqual(hex(bytes));
    expect(decodeLong(hex(bytes))).toBe(value);
  });

  it('come back as they went in, to the last bit and character', () => {
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    const customer = fc.record({
      ...{ accountId: text, name: text, address: text, phone: text, createdAt: long, updatedAt: long },
    });
    fc.assert(
      fc.property(customer, (value) => {
        expect(decode(customers.encode(value))).toEqual(value);
      }),
    );
  });

  it('have longs that are times', () => {
    const times = new AvroReader<bigint>({ type: 'long', logicalType: 'timestamp-millis' });
    const written = times.encode(2n ** 53n + 1n);
    expect(times.decoderOf('{"type":"long","logicalType":"timestamp-micros"}')(written)).toBe(2n ** 53n + 1n);
  });

  it('are not written when nobody could read them again', () => {
    expect(() => customers.encode({ ...CUSTOMER, name: '\ud800' })).toThrow('half of a surrogate pair');
    expect(() => customers.encode({ ...CUSTOMER, updatedAt: 2n ** 63n })).toThrow('beyond 64 bits');
    expect(() => customers.encode({ ...CUSTOMER, phone: undefined as unknown as string })).toThrow(
      'invalid "string"',
    );
  });
});

describe('bytes that are no datum of their schema', () => {
  it.each([
    ['it is empty', '', 'Customer.accountId goes on after the end of the datum'],
    ['it ends within a string', '0a7665', 'Customer.accountId goes on after the end of the datum'],
    ['it ends within a length', '0a7665633031 80', 'Customer.name goes on after the end of the datum'],
    ['a byte is missing', DATUM.toString('hex').slice(0, -2), 'Customer.updatedAt goes on after'],
    ['a byte is too many', `${DATUM.toString('hex')}00`, '1 bytes follow the end of the datum'],
    ['a length is negative', '01', 'Customer.accountId has a negative length'],
    ['a length is 2^40', '808080808040', 'Customer.accountId goes on after the end of the datum'],
    ['a length is 2^60', '8080808080808080 20', 'Customer.accountId has a length beyond all bounds'],
    ['a string is not UTF-8', '02 ff 00 00 00 02 02', 'Customer.accountId is not UTF-8'],
    ['a string has half a pair', '06 eda080 00 00 00 02 02', 'Customer.accountId is not UTF-8'],
    [
      'a long has 65 bits',
      '00 00 00 00 ffffffffffffffffff02 02',
      'Customer.createdAt is no integer of 64 bits',
    ],
    [
      'a long never ends',
      `00 00 00 00 ${'80'.repeat(2_000)}00`,
      'Customer.createdAt is no integer of 64 bits',
    ],
    ['a length never ends', '80'.repeat(2_000), 'Customer.accountId is no integer of 64 bits'],
  ])('are refused: %s', (_, bytes, reason) => {
    expect(() => decode(hex(bytes))).toThrow(UndecodableDatumError);
    expect(() => decode(hex(bytes))).toThrow(reason);
  });

  it('are not those with a replacement character that was written', () => {
    const name = 'a \uFFFD b';
    expect(decode(customers.encode({ ...CUSTOMER, name })).name).toBe(name);
  });

  it.each([
    [
      '2^53 items',
      { type: 'array', items: 'string' },
      'fe ff ff ff ff ff ff 1f',
      'a length beyond all bounds',
    ],
    ['2^40 items of no bytes', { type: 'array', items: 'null' }, '808080808040', 'more items'],
    ['2^40 entries', { type: 'map', values: 'null' }, '808080808040', 'more items'],
    ['-2^40 items', { type: 'array', items: 'null' }, 'ffffffffff3f 00', 'more items'],
    ['no end', { type: 'array', items: 'null' }, '02', 'goes on after the end'],
    ['a branch that is none', ['null', 'string'], '04', 'is number 2 of 2 choices'],
    ['a branch before all', ['null', 'string'], '01', 'is number -1 of 2 choices'],
    [
      'a symbol that is none',
      { type: 'enum', name: 'E', symbols: ['A'] },
      '02',
      'Customer.rest is number 1 of 1',
    ],
    ['a boolean that is none', 'boolean', '02', 'is a boolean of byte 2'],
    ['an int of 33 bits', 'int', '8080808020', 'is no integer of 32 bits'],
    ['half a double', 'double', '00000000', 'goes on after the end'],
    ['bytes of 2^40', 'bytes', '808080808040', 'goes on after the end'],
  ])('are refused in what the reader drops: %s', (_, type, bytes, reason) => {
    expect(() => decodeRest(type)(hex(bytes))).toThrow(UndecodableDatumError);
    expect(() => decodeRest(type)(hex(bytes))).toThrow(reason);
  });

  it('are refused when they are nested without end', () => {
    const node = { type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'] }] };
    const decodeNodes = decodeRest(node);
    expect(decodeNodes(hex('02 02 00'))).toEqual({});
    expect(() => decodeNodes(Buffer.alloc(1_000_000, 2))).toThrow(UndecodableDatumError);
    const endless = { type: 'record', name: 'Node', fields: [{ name: 'next', type: 'Node' }] };
    expect(() => decodeRest(endless)(hex(''))).toThrow('nested too deeply');
  });

  it('are refused for nothing else, and at once, however they were made from good ones', () => {
    const evolved = customerSchema([
      ...[{ name: 'tags', type: { type: 'array', items: 'string' } }],
      ...[{ name: 'notes', type: { type: 'map', values: ['null', 'string', 'int'] } }],
      ...[{ name: 'photo', type: 'bytes' }],
      ...(CUSTOMER_SCHEMA as { fields: object[] }).fields,
    ]);
    const decodeEvolved = customers.decoderOf(JSON.stringify(evolved));
    const good = Buffer.concat([hex('04 0261 0262 00 02 0278 02 0279 00 04 0102'), DATUM]);
    expect(decodeEvolved(good)).toEqual(CUSTOMER);
    const place = fc.nat(good.length);
    const change = fc.record({ at: place, remove: fc.nat(3), insert: fc.uint8Array({ maxLength: 12 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const mutated = changes.reduce(
          (bytes, { at, remove, insert }) =>
            Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]),
          good,
        );
        const start = performance.now();
        expect(isDecodedOrRefused(() => decodeEvolved(mutated))).toBe(true);
        expect(performance.now() - start).toBeLessThan(1_000);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what avsc writes of any type', () => {
  it.each([
    ['boolean', [true, false]],
    ['int', [0, -1, 2 ** 31 - 1, -(2 ** 31)]],
    ['float', [0.5, -Infinity]],
    ['double', [Math.PI, Number.MIN_VALUE]],
    ['bytes', [Buffer.alloc(0), Buffer.from([0, 255])]],
    ['null', [null]],
    [{ type: 'fixed', name: 'F', size: 2 }, [Buffer.from([1, 2])]],
    [{ type: 'enum', name: 'E', symbols: ['A', 'B'] }, ['A', 'B']],
    [{ type: 'array', items: 'string' }, [[], ['a', 'b']]],
    [{ type: 'map', values: 'int' }, [{}, { a: 1, b: 2 }]],
    [
      ['null', 'string', { type: 'array', items: 'int' }],
      [null, 'a', [1, 2]],
    ],
  ])('is read: %j', (type, values) => {
    const written = avsc.Type.forSchema(type as avsc.Schema);
    const read = new AvroReader(type as object).decoderOf(JSON.stringify(type));
    for (const value of values) expect(read(written.toBuffer(value))).toEqual(value);
  });
});

function isDecodedOrRefused(decoding: () => unknown): boolean {
  try {
    decoding();
    return true;
  } catch (error) {
    if (error instanceof UndecodableDatumError) return true;
    throw error;
  }
}
