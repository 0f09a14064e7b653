import { describe, expect, it } from 'vitest';
import { IncompatibleSchemaError, UndecodableDatumError } from './avro.errors.js';
import { AvroReader } from './avro-schema.js';
import {
  changedFields,
  CUSTOMER,
  CUSTOMER_FIELDS,
  CUSTOMER_SCHEMA,
  type Customer,
  customerSchema,
} from './customer-schema.fixture.js';

/** Writes with a schema, and reads with another: that of customers, unless one is given. */
function readBack(writer: object, record: object, reader = CUSTOMER_SCHEMA): unknown {
  const datum = new AvroReader<object>(writer).encode(record);
  return new AvroReader<Customer>(reader).decoderOf(JSON.stringify(writer))(datum);
}

const decoderOf = (writer: unknown, reader = CUSTOMER_SCHEMA) =>
  new AvroReader<Customer>(reader).decoderOf(JSON.stringify(writer));

describe('a compatible schema', () => {
  it('has a field more, with a default', () => {
    const writer = customerSchema([{ name: 'vip', type: 'boolean', default: false }, ...CUSTOMER_FIELDS]);
    expect(readBack(writer, { ...CUSTOMER, vip: true })).toEqual(CUSTOMER);
  });

  it('has its fields in another order, and the record keeps the order of the reader', () => {
    const read = readBack(customerSchema(CUSTOMER_FIELDS.toReversed()), CUSTOMER);
    expect(read).toEqual(CUSTOMER);
    expect(Object.keys(read as object)).toEqual(Object.keys(CUSTOMER));
  });

  it('lacks a field that the reader has a default for', () => {
    const reader = customerSchema([
      ...CUSTOMER_FIELDS,
      { name: 'visits', type: 'long', default: 3 },
      { name: 'tags', type: { type: 'array', items: 'string' }, default: [] },
    ]);
    const first = readBack(CUSTOMER_SCHEMA, CUSTOMER, reader) as { tags: string[] };
    expect(first).toEqual({ ...CUSTOMER, visits: 3n, tags: [] });
    first.tags.push('changed');
    expect(readBack(CUSTOMER_SCHEMA, CUSTOMER, reader)).toEqual({ ...CUSTOMER, visits: 3n, tags: [] });
  });

  it('has an int where the reader has a long', () => {
    const writer = customerSchema(changedFields('createdAt', { type: 'int' }));
    expect(readBack(writer, { ...CUSTOMER, createdAt: -7 })).toEqual({ ...CUSTOMER, createdAt: -7n });
  });

  it.each([
    ['int', 'float', 7, 7],
    ['int', 'double', -7, -7],
    ['long', 'float', 2n ** 40n + 1n, 2 ** 40],
    ['long', 'double', 2n ** 40n + 1n, 2 ** 40 + 1],
    ['float', 'double', 0.5, 0.5],
    ['string', 'bytes', 'é', Buffer.from('é')],
    ['bytes', 'string', Buffer.from('é'), 'é'],
  ])('promotes %s to %s', (writer, reader, value, expected) => {
    const datum = new AvroReader<unknown>({ type: writer }).encode(value);
    expect(new AvroReader({ type: reader }).decoderOf(JSON.stringify(writer))(datum)).toEqual(expected);
  });

  it('has former names that the reader knows as aliases', () => {
    const reader = customerSchema(changedFields('phone', { aliases: ['telephone'] }), {
      aliases: ['Client'],
    });
    const writer = customerSchema(changedFields('phone', { name: 'telephone' }), { name: 'Client' });
    const { phone: telephone, ...rest } = CUSTOMER;
    expect(readBack(writer, { ...rest, telephone }, reader)).toEqual(CUSTOMER);
  });

  it.each(['Customer', 'com.polecatworks.billing.Customer'])(
    'has new names, and the former %s as aliases',
    (alias) => {
      const writer = customerSchema(changedFields('phone', { name: 'telephone', aliases: ['phone'] }), {
        name: 'Client',
        namespace: 'com.polecatworks.crm',
        aliases: [alias],
      });
      const { phone: telephone, ...rest } = CUSTOMER;
      expect(readBack(writer, { ...rest, telephone })).toEqual(CUSTOMER);
    },
  );

  it('has a name that is an alias of another field too, which then is that field alone', () => {
    const writer = customerSchema([
      ...CUSTOMER_FIELDS,
      { name: 'mobile', type: 'string', aliases: ['phone'] },
    ]);
    expect(readBack(writer, { ...CUSTOMER, mobile: '1' })).toEqual(CUSTOMER);
  });

  it('has a field for one of the reader alone, though its alias is the name of another', () => {
    const reader = customerSchema([
      ...changedFields('phone', { default: 'none' }),
      { name: 'telephone', type: 'string' },
    ]);
    const writer = customerSchema(changedFields('phone', { name: 'telephone', aliases: ['phone'] }));
    const { phone: telephone, ...rest } = CUSTOMER;
    expect(readBack(writer, { ...rest, telephone }, reader)).toEqual({ ...rest, phone: 'none', telephone });
  });

  it('is in another namespace', () => {
    expect(readBack(customerSchema(CUSTOMER_FIELDS, { namespace: 'org.example' }), CUSTOMER)).toEqual(
      CUSTOMER,
    );
  });

  it('has a default that is not of its type, which no reader of another schema looks at', () => {
    const writer = customerSchema([
      { name: 'note', type: ['null', 'string'], default: 'none' },
      ...CUSTOMER_FIELDS,
    ]);
    const datum = new AvroReader<object>(
      customerSchema([{ name: 'note', type: ['null', 'string'] }, ...CUSTOMER_FIELDS]),
    ).encode({ ...CUSTOMER, note: null });
    expect(decoderOf(writer)(datum)).toEqual(CUSTOMER);
  });

  it('has a union, of which only the branches that the reader lacks are refused', () => {
    const writer = customerSchema(changedFields('phone', { type: ['null', 'string'] }));
    expect(readBack(writer, CUSTOMER)).toEqual(CUSTOMER);
    expect(() => readBack(writer, { ...CUSTOMER, phone: null })).toThrow(UndecodableDatumError);
    expect(() => readBack(writer, { ...CUSTOMER, phone: null })).toThrow(
      'Customer.phone is null, and read as string',
    );
  });

  it('has one branch of a union of the reader, of the same type before another', () => {
    const read = (writer: string, value: unknown) =>
      new AvroReader<unknown>(['null', 'double', 'string']).decoderOf(JSON.stringify(writer))(
        new AvroReader<unknown>({ type: writer }).encode(value),
      );
    expect(read('string', 'a')).toBe('a');
    expect(read('null', null)).toBe(null);
    expect(read('int', 3)).toBe(3);
    expect(() => read('boolean', true)).toThrow(
      'written as boolean, and read as union of null, double, string',
    );
  });

  it('has other symbols, of which only those that the reader lacks are refused, or are its default', () => {
    const colours = (symbols: string[], rest: object = {}) => ({
      type: 'enum',
      name: 'Colour',
      symbols,
      ...rest,
    });
    const datum = new AvroReader<string>(colours(['RED', 'BLUE'])).encode('BLUE');
    const read = (reader: object) =>
      new AvroReader<string>(reader).decoderOf(JSON.stringify(colours(['RED', 'BLUE'])))(datum);
    expect(read(colours(['BLUE', 'RED']))).toBe('BLUE');
    expect(read(colours(['RED', 'OTHER'], { default: 'OTHER' }))).toBe('OTHER');
    expect(() => read(colours(['RED']))).toThrow('is BLUE, which Colour does not have');
  });

  it('refers to itself', () => {
    const node = (fields: object[]) => ({ type: 'record', name: 'Node', fields });
    const next = { name: 'next', type: ['null', 'Node'] };
    const writer = node([{ name: 'dropped', type: 'int' }, next, { name: 'id', type: 'int' }]);
    const chain = { dropped: 1, id: 1, next: { dropped: 2, id: 2, next: null } };
    expect(readBack(writer, chain, node([{ name: 'id', type: 'long' }, next]))).toEqual({
      ...{ id: 1n, next: { id: 2n, next: null } },
    });
  });
});

describe('an incompatible schema', () => {
  const without = (name: string) => CUSTOMER_FIELDS.filter((field) => field.name !== name);

  it.each([
    ['lacks a field', customerSchema(without('phone')), 'is written without phone, which has no default'],
    [
      'has another type',
      customerSchema(changedFields('phone', { type: 'int' })),
      'Customer.phone is written as int, and read as string',
    ],
    [
      'would lose bits',
      customerSchema(changedFields('createdAt', { type: 'double' })),
      'Customer.createdAt is written as double, and read as long',
    ],
    [
      'has a union of nothing that fits',
      customerSchema(changedFields('phone', { type: ['null', 'int'] })),
      'Customer.phone is written as int, and read as string',
    ],
    [
      'is another record',
      customerSchema(CUSTOMER_FIELDS, { name: 'Order' }),
      'is written as a record com.polecatworks.billing.Order, and read as com.polecatworks.billing.Customer',
    ],
    [
      'has two fields for one',
      customerSchema([
        ...without('phone'),
        { name: 'mobile', type: 'string', aliases: ['phone'] },
        { name: 'landline', type: 'string', aliases: ['phone'] },
      ]),
      'mobile and landline, both for phone',
    ],
    ['is no record', 'string', 'is written as string, and read as record com.polecatworks.billing.Customer'],
    ['is no Avro', { type: 'object', properties: {} }, 'no Avro schema: unknown type: "object"'],
    ['has aliases that are no list', { ...CUSTOMER_SCHEMA, aliases: 'Client' }, 'no Avro schema'],
    ['names what it has not', customerSchema([{ name: 'a', type: 'toString' }]), 'undefined type name'],
    ['is nothing', null, 'no Avro schema'],
  ])('%s', (_, writer, reason) => {
    expect(() => decoderOf(writer)).toThrow(IncompatibleSchemaError);
    expect(() => decoderOf(writer)).toThrow(reason);
  });

  it.each(['', '{', '[', `${'['.repeat(100_000)}${']'.repeat(100_000)}`])(
    'is no JSON, or too deep',
    (text) => {
      expect(() => new AvroReader(CUSTOMER_SCHEMA).decoderOf(text)).toThrow(IncompatibleSchemaError);
    },
  );
});
