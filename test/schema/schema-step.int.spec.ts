import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSchema, type Schema } from '../../scripts/migrations/schema.js';
import { differences, faultsForOldCode, heldTables } from '../../scripts/migrations/schema-step.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let server: TestDatabase;
let client: Client;

beforeEach(async () => {
  server = await createTestDatabase();
  client = new Client(server.connection);
  await client.connect();
  await client.query(`
    CREATE TABLE parcels (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      place text,
      weight integer NOT NULL DEFAULT 0,
      code text NOT NULL,
      CONSTRAINT code_once UNIQUE (code)
    );
    CREATE UNIQUE INDEX place_once ON parcels (lower(place))`);
});

afterEach(async () => {
  await client.end();
  await server.drop();
});

const read = (): Promise<Schema> =>
  readSchema({ query: async <T>(sql: string) => (await client.query(sql)).rows as T });

/** The schema before and after a migration of the one statement. */
async function step(sql: string): Promise<{ before: Schema; after: Schema }> {
  const before = await read();
  await client.query(sql);
  return { before, after: await read() };
}

describe('a step of the schema', () => {
  it.each([
    ['ALTER TABLE parcels ADD noted text'],
    ['ALTER TABLE parcels ADD noted text UNIQUE CHECK (length(noted) > 2)'],
    [`ALTER TABLE parcels ADD noted text NOT NULL DEFAULT ''`],
    ['ALTER TABLE parcels ALTER code DROP NOT NULL'],
    ['CREATE INDEX by_weight ON parcels (weight)'],
    ['CREATE TABLE scans (id bigint PRIMARY KEY, parcel bigint NOT NULL REFERENCES parcels (id))'],
  ])('lets old code go on: %s', async (sql) => {
    const { before, after } = await step(sql);
    expect(faultsForOldCode(before, after)).toEqual([]);
    expect(differences(before, after)).not.toEqual([]);
  });

  it('holds a table by an index of it, unless the table is new', async () => {
    const { before, after } = await step(`
      CREATE TABLE scans (id bigint PRIMARY KEY, parcel bigint);
      CREATE INDEX by_parcel ON scans (parcel);
      CREATE INDEX by_weight ON parcels (weight)`);
    expect(heldTables(before, after)).toEqual([expect.stringContaining('CREATE INDEX by_weight')]);
  });

  it('lets old code go on that finds a rule by its name, when further columns have made it weaker', async () => {
    const { before, after } = await step(`
      ALTER TABLE parcels ADD owner text NOT NULL DEFAULT 'us';
      ALTER TABLE parcels DROP CONSTRAINT code_once, ADD CONSTRAINT code_once UNIQUE (owner, code)`);
    expect(faultsForOldCode(before, after, new Set(['code_once']))).toEqual([]);
    expect(faultsForOldCode(before, after)).toHaveLength(2);
  });

  it.each([
    ['DROP TABLE parcels', 'parcels.code is gone'],
    ['ALTER TABLE parcels DROP place', 'parcels.place is gone'],
    ['ALTER TABLE parcels RENAME place TO town', 'parcels.place is gone'],
    ['ALTER TABLE parcels ALTER weight TYPE bigint', 'parcels.weight was integer and is bigint'],
    ['ALTER TABLE parcels ALTER place SET NOT NULL', 'parcels.place may no longer be null'],
    ['ALTER TABLE parcels ALTER weight DROP DEFAULT', 'parcels.weight has lost its default'],
    ['ALTER TABLE parcels ADD noted text NOT NULL', 'parcels.noted is new, and neither nullable nor filled'],
    ['ALTER TABLE parcels ADD CHECK (weight > 0)', 'new rule that old code does not know'],
    ['ALTER TABLE parcels ADD noted text CHECK (noted <> code)', 'new rule that old code does not know'],
    ['ALTER TABLE parcels ADD noted integer DEFAULT 1 UNIQUE', 'new rule that old code does not know'],
    ['CREATE UNIQUE INDEX once ON parcels (weight)', 'new rule that old code does not know'],
    [
      'CREATE TABLE places (name text PRIMARY KEY); ALTER TABLE parcels ADD FOREIGN KEY (place) REFERENCES places',
      'new rule that old code does not know',
    ],
    ['ALTER TABLE parcels DROP CONSTRAINT code_once', 'lost code_once UNIQUE (code)'],
    ['DROP INDEX place_once', 'lost place_once'],
  ])('is a fault: %s', async (sql, fault) => {
    const { before, after } = await step(sql);
    expect(faultsForOldCode(before, after).join('\n')).toContain(fault);
  });

  it('is undone when all is as it was, to the last index', async () => {
    const { before } = await step('CREATE INDEX by_weight ON parcels (weight)');
    expect(differences(before, await read())).toEqual([
      'is too much: CREATE INDEX by_weight ON public.parcels USING btree (weight)',
      'is too much: i by_weight',
    ]);
    await client.query('DROP INDEX by_weight');
    expect(differences(before, await read())).toEqual([]);
    await client.query('ALTER TABLE parcels ALTER weight SET DEFAULT 1');
    expect(differences(before, await read())).toEqual([
      'is missing: column parcels.weight integer NOT NULL (0)',
      'is too much: column parcels.weight integer NOT NULL (1)',
    ]);
  });
});
