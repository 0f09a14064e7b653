import { describe, expect, it, vi } from 'vitest';
import { receivedEvent } from '../../../test/support/refused-events.js';
import { RegistryAwayError, SchemaAbsentError } from '../../platform/avro/avro.errors.js';
import { framed } from '../../platform/avro/wire-format.js';
import { CUSTOMER_SCHEMA } from '../model/customer.js';
import { CUSTOMER_AVRO } from '../producer/customer-avro.js';
import { RecordReader } from './record-reader.js';
import { WriterSchemas } from './writer-schemas.js';

const VECTOR = Buffer.from('00000000070a7665633031084e20c3a90241025002d20f', 'hex');
const VEC01 = { accountId: 'vec01', name: 'N é', address: 'A', phone: 'P', createdAt: 1n, updatedAt: 1001n };
const key = Buffer.from('vec01');
const recordOf = (value: Buffer | null, ofKey: Buffer | null = key) => receivedEvent({ key: ofKey, value });

/** A registry with the schema 7 alone. */
function reader() {
  const schemaOf = vi.fn((id: number): Promise<string> => {
    if (id === 8) return Promise.reject(new RegistryAwayError('away'));
    if (id !== 7) return Promise.reject(new SchemaAbsentError('the registry has no schema of this id'));
    return Promise.resolve(JSON.stringify(CUSTOMER_SCHEMA));
  });
  return { schemaOf, records: new RecordReader(new WriterSchemas({ schemaOf })) };
}

const reasonOf = async (value: Buffer | null, ofKey?: Buffer | null): Promise<string | undefined> => {
  const read = await reader().records.read(recordOf(value, ofKey));
  return read.kind === 'fault' ? read.reason : undefined;
};

describe('a record', () => {
  it('is a customer by the schema of its writer, which is asked for once', async () => {
    const { records, schemaOf } = reader();
    expect(records.peek(recordOf(VECTOR))).toMatchObject({ kind: 'unknown', schemaId: 7 });
    expect(await records.read(recordOf(VECTOR))).toEqual({ kind: 'customer', key, customer: VEC01 });
    expect(records.peek(recordOf(VECTOR))).toEqual({ kind: 'customer', key, customer: VEC01 });
    expect(schemaOf).toHaveBeenCalledTimes(1);
  });

  it('is a removal without a value', async () => {
    expect(await reader().records.read(recordOf(null))).toEqual({ kind: 'removal', key });
  });

  it('waits while the registry is away', async () => {
    const { records } = reader();
    await expect(records.read(recordOf(framed(8, VECTOR.subarray(5))))).rejects.toThrow(RegistryAwayError);
    expect(records.peek(recordOf(framed(8, VECTOR.subarray(5))))).toMatchObject({ kind: 'unknown' });
  });

  it.each<[string, Buffer | null, Buffer | null, string]>([
    ['no key', VECTOR, null, 'the record has no key'],
    ['neither key nor value', null, null, 'the record has no key'],
    ['a tombstone of a key that is no text', null, Buffer.from([0xff]), 'the key must be UTF-8'],
    ['another key', VECTOR, Buffer.from('vec02'), 'the key is not the accountId'],
    ['another first byte', Buffer.from('{}'), key, 'starts with byte 123'],
    ['four bytes', VECTOR.subarray(0, 4), key, 'has 4 bytes'],
    ['no datum', VECTOR.subarray(0, 5), key, 'no datum of schema 7'],
    ['half a datum', VECTOR.subarray(0, 15), key, 'no datum of schema 7'],
    ['bytes behind the datum', Buffer.concat([VECTOR, key]), key, '5 bytes follow the end'],
    ['a schema that the registry lacks', framed(9, VECTOR.subarray(5)), key, 'schema 9 cannot be used'],
  ])('of %s is refused, with the reason', async (_, value, ofKey, reason) => {
    expect(await reasonOf(value, ofKey)).toContain(reason);
  });

  it('whose key only looks like the accountId is refused', async () => {
    const value = framed(7, CUSTOMER_AVRO.encode({ ...VEC01, accountId: '\uFFFD' }));
    expect(await reasonOf(value, Buffer.from([0xff]))).toBe('the key is not the accountId');
    expect(await reasonOf(value, Buffer.from('\uFFFD'))).toBeUndefined();
  });

  it('has the id 0 where there is no registry, and no other', async () => {
    const records = new RecordReader(new WriterSchemas(undefined));
    expect(records.peek(recordOf(framed(0, VECTOR.subarray(5))))).toMatchObject({ customer: VEC01 });
    expect(await records.read(recordOf(VECTOR))).toMatchObject({ kind: 'fault' });
  });
});
