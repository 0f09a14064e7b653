import { describe, expect, it } from 'vitest';
import { AvroReader } from '../../src/platform/avro/avro-schema.js';
import {
  changedFields,
  CUSTOMER,
  CUSTOMER_FIELDS,
  CUSTOMER_SCHEMA,
  type Customer,
  customerSchema,
  DATUM,
} from '../../src/platform/avro/customer-schema.fixture.js';
import { askFastavro, fastavroUnavailableReason } from '../support/fastavro.js';
import { isTierRequired } from '../support/tiers.js';

const skipped = await fastavroUnavailableReason();
if (skipped !== undefined && isTierRequired()) throw new Error(`fastavro is required on CI: ${skipped}`);

describe.skipIf(skipped)('what fastavro writes is read here, and the other way', () => {
  const reader = new AvroReader<Customer>(CUSTOMER_SCHEMA);

  const EXTREMES: Customer[] = [
    CUSTOMER,
    { accountId: '', name: '', address: '', phone: '', createdAt: 0n, updatedAt: -1n },
    { ...CUSTOMER, createdAt: -(2n ** 63n), updatedAt: 2n ** 63n - 1n },
    { ...CUSTOMER, createdAt: 2n ** 53n + 1n, updatedAt: -(2n ** 53n) - 1n },
    {
      ...CUSTOMER,
      name: '\u0000\u007f\u0080\u07ff\u0800\ufffd\uffff😀\u{10ffff}\ufeff',
      address: 'é'.repeat(50_000),
    },
    ...Array.from({ length: 63 }, (_, bit) => ({
      ...{ ...CUSTOMER, createdAt: 2n ** BigInt(bit), updatedAt: -(2n ** BigInt(bit)) },
    })),
  ];

  /** JSON with bigints as numbers of any length. */
  const json = (value: unknown): string =>
    JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `<${inner}>` : inner)).replace(
      /"<(-?\d+)>"/g,
      '$1',
    );
  const written = async (schema: object, records: readonly object[]): Promise<Buffer[]> => {
    const answers = await askFastavro(records.map((record) => json({ write: schema, record })));
    return answers.map((answer) => Buffer.from((JSON.parse(answer) as { datum: string }).datum, 'hex'));
  };
  /** What fastavro makes of data of ours, in the JSON that it answers with. */
  const readThere = (records: readonly Customer[], as: object): Promise<string[]> =>
    askFastavro(
      records.map((record) =>
        json({ read: CUSTOMER_SCHEMA, as, datum: reader.encode(record).toString('hex') }),
      ),
    );
  const readHere = async (schema: object, record: object): Promise<Customer> => {
    const [datum] = (await written(schema, [record])) as [Buffer];
    return reader.decoderOf(JSON.stringify(schema))(datum);
  };

  it('byte by byte the same, from extreme to extreme', async () => {
    const data = await written(CUSTOMER_SCHEMA, EXTREMES);
    expect(data[0]).toEqual(DATUM);
    expect(data).toEqual(EXTREMES.map((record) => reader.encode(record)));
    const decode = reader.decoderOf(JSON.stringify(CUSTOMER_SCHEMA));
    expect(data.map(decode)).toEqual(EXTREMES);
  });

  it('by fastavro, as it was', async () => {
    const answers = await readThere(EXTREMES, CUSTOMER_SCHEMA);
    const python = (record: Customer) => json({ record, left: 0 });
    const normal = (answer: string) =>
      json(JSON.parse(answer.replace(/(-?\d{10,})/g, '"<$1>"'), (_, value: unknown) => value));
    expect(answers.map(normal)).toEqual(EXTREMES.map(python));
  });

  it('by a schema with a field more there', async () => {
    const later = customerSchema([...CUSTOMER_FIELDS, { name: 'vip', type: 'boolean', default: true }]);
    const [answer] = (await readThere([CUSTOMER], later)) as [string];
    const record = { ...CUSTOMER, createdAt: 1, updatedAt: 1001, vip: true };
    expect(JSON.parse(answer)).toEqual({ record, left: 0 });
  });

  it('of a schema with more fields, of all kinds and in another order', async () => {
    const later = customerSchema([
      { name: 'tags', type: { type: 'array', items: 'string' }, default: [] },
      { name: 'visits', type: { type: 'map', values: 'long' }, default: {} },
      { name: 'note', type: ['null', 'string'], default: null },
      { name: 'rank', type: { type: 'enum', name: 'Rank', symbols: ['LOW', 'HIGH'] }, default: 'LOW' },
      { name: 'score', type: 'double', default: 0 },
      ...CUSTOMER_FIELDS.toReversed(),
    ]);
    const more = { tags: ['a', 'é'], visits: { a: -1, b: 2 }, note: 'x', rank: 'HIGH', score: 0.5 };
    expect(await readHere(later, { ...CUSTOMER, ...more })).toEqual(CUSTOMER);
  });

  it('of a schema with other names, whose aliases are the former', async () => {
    const later = customerSchema(changedFields('phone', { name: 'telephone', aliases: ['phone'] }), {
      name: 'Client',
      aliases: ['Customer'],
    });
    const { phone: telephone, ...rest } = CUSTOMER;
    expect(await readHere(later, { ...rest, telephone })).toEqual(CUSTOMER);
  });

  it('of a schema with an int, or a union, where we have a long and a string', async () => {
    const narrower = customerSchema(changedFields('createdAt', { type: 'int' }));
    expect(await readHere(narrower, CUSTOMER)).toEqual(CUSTOMER);
    const optional = customerSchema(changedFields('phone', { type: ['null', 'string'] }));
    expect(await readHere(optional, CUSTOMER)).toEqual(CUSTOMER);
    await expect(readHere(optional, { ...CUSTOMER, phone: null })).rejects.toThrow('Customer.phone is null');
  });
});
