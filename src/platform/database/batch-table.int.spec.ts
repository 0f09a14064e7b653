import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import {
  BatchTable,
  BIGINT,
  BOOLEAN,
  BYTEA,
  column,
  DOUBLE,
  INTEGER,
  JSONB,
  SMALLINT,
  TEXT,
  TIMESTAMPTZ,
} from './batch-table.js';

interface Row {
  readonly place: number;
  readonly text?: string;
  readonly big?: number;
  readonly small?: number;
  readonly double?: number;
  readonly flag?: boolean;
  readonly bytes?: Uint8Array | string;
  readonly json?: string;
  readonly timeUs?: bigint;
}

const TABLE = new BatchTable<Row>('things', [
  column('number', INTEGER, (row) => row.place),
  column('words', TEXT, (row) => row.text),
  column('big', BIGINT, (row) => row.big),
  column('small', SMALLINT, (row) => row.small),
  column('double', DOUBLE, (row) => row.double),
  column('flag', BOOLEAN, (row) => row.flag),
  column('bytes', BYTEA, (row) => row.bytes),
  column('json', JSONB, (row) => row.json),
  column('at', TIMESTAMPTZ, (row) => row.timeUs),
]);

/** PostgreSQL has no NUL in a text, and no half of a surrogate pair. */
const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();
const anyText = fc.string({ unit: 'binary', maxLength: 100 }).map(storable);
const anyRow = fc.record(
  {
    text: anyText,
    big: fc.maxSafeInteger(),
    small: fc.integer({ min: -32_768, max: 32_767 }),
    double: fc.double(),
    flag: fc.boolean(),
    bytes: fc.oneof(fc.uint8Array({ maxLength: 100 }), anyText),
    json: fc.dictionary(anyText, anyText).map((object) => JSON.stringify(object)),
    // 0001-01-01 to 9999-12-31
    timeUs: fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }),
  },
  { requiredKeys: [] },
);
const anyRows = fc
  .array(anyRow, { maxLength: 30 })
  .map((rows) => rows.map((row, place): Row => ({ ...row, place })));

let house: WaybillDatabase;

beforeAll(async () => {
  house = await openWaybillDatabase();
  await house.database.source.query(`
    CREATE TABLE things (number integer, words text, big bigint, small smallint, double double precision, flag boolean, bytes bytea,
                         json jsonb, at timestamptz)`);
});

beforeEach(() => house.database.source.query('TRUNCATE things'));

afterAll(() => house.drop());

/** What stands in the table, each value as PostgreSQL itself writes it. */
async function storedRows(): Promise<object[]> {
  return house.rows(`
    SELECT number AS place, words, big::text AS big, small, encode(float8send(double), 'hex') AS double, flag, encode(bytes, 'hex') AS bytes, json::text AS json,
           (extract(epoch FROM at) * 1000000)::numeric(20)::text AS at
    FROM things ORDER BY number`);
}

/** As IEEE 754 has them. */
function doubleBytes(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

async function asStored(rows: readonly Row[]): Promise<object[]> {
  const texts = rows.map(({ json }) => json ?? null);
  const normalised: { json: string | null }[] = await house.rows(
    'SELECT one::jsonb::text AS json FROM unnest($1::text[]) WITH ORDINALITY AS t(one, place) ORDER BY place',
    [texts],
  );
  return rows.map((row, index) => ({
    place: row.place,
    words: row.text ?? null,
    // -0 is 0
    big: row.big === undefined ? null : String(row.big),
    small: row.small === undefined ? null : row.small + 0,
    double: row.double === undefined ? null : doubleBytes(row.double),
    flag: row.flag ?? null,
    bytes: row.bytes === undefined ? null : Buffer.from(row.bytes as string).toString('hex'),
    json: normalised[index]!.json,
    at: row.timeUs === undefined ? null : String(row.timeUs),
  }));
}

const COLUMNS = TABLE.columnNames.join(', ');

async function insert(rows: readonly Row[]): Promise<void> {
  const statement = `INSERT INTO things (${COLUMNS}) SELECT ${COLUMNS} FROM ${TABLE.unnested('t', 1)} WHERE $1 ORDER BY t.place`;
  await house.database.transaction((tx) => tx.query(statement, [true, ...TABLE.arraysOf(rows)]));
}

describe('a batch', () => {
  it('is stored as it is, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows, async (rows) => {
        await house.database.source.query('TRUNCATE things');
        await insert(rows);
        expect(await storedRows()).toEqual(await asStored(rows));
      }),
      { numRuns: 60 },
    );
  });

  it('may be larger than was expected', async () => {
    const rows = Array.from({ length: 50 }, (_, place): Row => ({ place, text: 'ж'.repeat(place * 1_000) }));
    await insert(rows);
    expect(await storedRows()).toEqual(await asStored(rows));
  });

  it('that PostgreSQL refuses fails with its code', async () => {
    await expect(insert([{ place: 0, text: 'a\0b' }])).rejects.toMatchObject({
      driverError: { code: '22021' },
    });
  });

  it('tells the place of each row', async () => {
    const statement = `SELECT place_in_batch::int AS place, words FROM (SELECT t.* FROM ${TABLE.unnested('t')}) AS
      batch(a, words, c, d, e, f, g, h, i, place_in_batch) ORDER BY place_in_batch`;
    const rows = ['b', 'a', 'c'].map((text): Row => ({ place: 0, text }));
    expect(await house.rows(statement, TABLE.arraysOf(rows))).toEqual([
      { place: 1, words: 'b' },
      { place: 2, words: 'a' },
      { place: 3, words: 'c' },
    ]);
  });
});
