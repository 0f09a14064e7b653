import { describe, expect, it } from 'vitest';
import {
  IncompatibleSchemaError,
  SchemaAbsentError,
  SchemaRefusedError,
} from '../../src/platform/avro/avro.errors.js';
import { AvroReader } from '../../src/platform/avro/avro-schema.js';
import {
  changedFields,
  CUSTOMER,
  CUSTOMER_FIELDS,
  CUSTOMER_SCHEMA,
  type Customer,
  customerSchema,
} from '../../src/platform/avro/customer-schema.fixture.js';
import { SchemaRegistry } from '../../src/platform/avro/schema-registry.js';
import { framed, unframed } from '../../src/platform/avro/wire-format.js';
import { useTier } from '../support/tiers.js';

const tier = useTier('registry');

describe.skipIf(tier.skipped)('a schema registry', () => {
  const reader = new AvroReader<Customer>(CUSTOMER_SCHEMA);
  const newRegistry = () => new SchemaRegistry({ url: tier.url, timeoutMs: 10_000 });
  const newSubject = () => `customers-${crypto.randomUUID()}-value`;

  const api = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(tier.url + path, {
      method,
      headers: { 'Content-Type': 'application/vnd.schemaregistry.v1+json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return response.json();
  };
  /** As another service would that has this schema. */
  const written = async (subject: string, schema: object, record: object): Promise<Buffer> => {
    const id = await newRegistry().idOf(subject, schema, true);
    return framed(id, new AvroReader<object>(schema).encode(record));
  };
  const read = async (value: Buffer): Promise<Customer> => {
    const parts = unframed(value);
    if ('fault' in parts) throw new Error(parts.fault);
    return reader.decoderOf(await newRegistry().schemaOf(parts.schemaId))(parts.datum);
  };

  it('has the schema of an id that it gave', async () => {
    const subject = newSubject();
    const id = await newRegistry().idOf(subject, CUSTOMER_SCHEMA, true);
    expect(JSON.parse(await newRegistry().schemaOf(id))).toEqual(CUSTOMER_SCHEMA);
    expect(await newRegistry().idOf(subject, CUSTOMER_SCHEMA, false)).toBe(id);
    expect(await newRegistry().idOf(subject, CUSTOMER_SCHEMA, true)).toBe(id);
    expect(await api('GET', `/subjects/${subject}/versions`)).toEqual([1]);
  });

  it('is not written to by looking up', async () => {
    const subject = newSubject();
    await expect(newRegistry().idOf(subject, CUSTOMER_SCHEMA, false)).rejects.toThrow(SchemaAbsentError);
    expect(await api('GET', '/subjects')).not.toContain(subject);
    await newRegistry().idOf(subject, CUSTOMER_SCHEMA, true);
    const other = customerSchema([...CUSTOMER_FIELDS, { name: 'vip', type: 'boolean', default: false }]);
    await expect(newRegistry().idOf(subject, other, false)).rejects.toThrow(SchemaAbsentError);
    expect(await api('GET', `/subjects/${subject}/versions`)).toEqual([1]);
  });

  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])('lacks the id %i', async (id) => {
    await expect(newRegistry().schemaOf(id)).rejects.toThrow(SchemaAbsentError);
  });

  it('refuses a schema that is incompatible with the earlier one, where it is told to', async () => {
    const subject = newSubject();
    await newRegistry().idOf(subject, CUSTOMER_SCHEMA, true);
    await api('PUT', `/config/${subject}`, { compatibility: 'BACKWARD' });
    const incompatible = customerSchema(changedFields('phone', { type: 'int' }));
    await expect(newRegistry().idOf(subject, incompatible, true)).rejects.toThrow(SchemaRefusedError);
    await expect(newRegistry().idOf(subject, incompatible, true)).rejects.toThrow('409');
  });

  it('has a later schema with one field more', async () => {
    const subject = newSubject();
    expect(await read(await written(subject, CUSTOMER_SCHEMA, CUSTOMER))).toEqual(CUSTOMER);
    const later = customerSchema([{ name: 'vip', type: 'boolean', default: false }, ...CUSTOMER_FIELDS]);
    expect(await read(await written(subject, later, { ...CUSTOMER, vip: true }))).toEqual(CUSTOMER);
    expect(await api('GET', `/subjects/${subject}/versions`)).toEqual([1, 2]);
  });

  it('has a later schema with other names, whose aliases are the former', async () => {
    const subject = newSubject();
    await written(subject, CUSTOMER_SCHEMA, CUSTOMER);
    const later = customerSchema(changedFields('phone', { name: 'telephone', aliases: ['phone'] }), {
      name: 'Client',
      aliases: ['Customer'],
    });
    const { phone: telephone, ...rest } = CUSTOMER;
    expect(await read(await written(subject, later, { ...rest, telephone }))).toEqual(CUSTOMER);
  });

  it('has a later schema that is incompatible, where it takes any', async () => {
    const subject = newSubject();
    await written(subject, CUSTOMER_SCHEMA, CUSTOMER);
    await api('PUT', `/config/${subject}`, { compatibility: 'NONE' });
    const later = customerSchema(changedFields('phone', { type: 'int' }));
    const value = await written(subject, later, { ...CUSTOMER, phone: 7 });
    await expect(read(value)).rejects.toThrow(IncompatibleSchemaError);
    await expect(read(value)).rejects.toThrow('Customer.phone is written as int, and read as string');
  });

  it('has schemas that are no Avro', async () => {
    const { id } = (await api('POST', `/subjects/${newSubject()}/versions`, {
      schemaType: 'JSON',
      schema: JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' }),
    })) as { id: number };
    await expect(newRegistry().schemaOf(id)).rejects.toThrow(
      `schema ${id} is of the type JSON, and not AVRO`,
    );
  });

  it('has schemas that refer to others', async () => {
    const other = newSubject();
    const address = { type: 'record', name: 'Address', namespace: 'com.polecatworks', fields: [] };
    await newRegistry().idOf(other, address, true);
    const { id } = (await api('POST', `/subjects/${newSubject()}/versions`, {
      schema: JSON.stringify(customerSchema(changedFields('address', { type: 'com.polecatworks.Address' }))),
      references: [{ name: 'com.polecatworks.Address', subject: other, version: 1 }],
    })) as { id: number };
    await expect(newRegistry().schemaOf(id)).rejects.toThrow('has references to others');
  });
});
