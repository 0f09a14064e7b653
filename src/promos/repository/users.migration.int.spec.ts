import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { CHANGES_CHANNEL, EVERY_USER, parseChanges } from '../model/user-changes.js';
import { promos } from '../promos.module.js';

/** On which it is heard that all before it has been heard: PostgreSQL delivers in the order of commits. */
const END_CHANNEL = 'end_of_test';
const MAX_PAYLOAD_BYTES = 7_999;

let house: WaybillDatabase;
let listener: pg.Client;
let heard: pg.Notification[] = [];
let ends = 0;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [promos] });
  listener = await house.database.connect();
  listener.on('notification', (notification) => heard.push(notification));
  await listener.query(`LISTEN ${CHANGES_CHANNEL}; LISTEN ${END_CHANNEL}`);
});
beforeEach(() => house.rows('TRUNCATE promos.users'));
afterAll(async () => {
  await listener.end();
  await house.drop();
});

async function hearToEnd(): Promise<void> {
  const end = String(++ends);
  await house.rows(`NOTIFY ${END_CHANNEL}, '${end}'`);
  await eventually(() => expect(heard.at(-1)).toMatchObject({ channel: END_CHANNEL, payload: end }));
}

/** What is told of some work, a payload a notification. */
async function told(work: string | (() => Promise<unknown>)): Promise<string[]> {
  await hearToEnd();
  heard = [];
  await (typeof work === 'string' ? house.rows(work) : work());
  await hearToEnd();
  return heard.filter(({ channel }) => channel === CHANGES_CHANNEL).map(({ payload = '' }) => payload);
}

const idsOf = (payloads: readonly string[]): string[] =>
  payloads
    .map(parseChanges)
    .flatMap((changes) => [...changes])
    .sort();

/** Users with the longest ids that there are. */
const insertMany = (rows: number): string => `
  INSERT INTO promos.users SELECT 'user-' || lpad(n::text, 15, '0'), 'link', 'text' FROM generate_series(1, ${rows}) AS n`;

const store = (...ids: string[]): Promise<unknown> =>
  house.rows(`INSERT INTO promos.users SELECT unnest($1::varchar[]), 'link', 'text'`, [ids]);

/** `COPY ... FROM STDIN`, of which pg knows the protocol alone. */
class CopyIn extends pg.Query {
  constructor(
    text: string,
    private readonly csv: string,
  ) {
    super(text);
  }

  handleCopyInResponse(connection: { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void }): void {
    connection.sendCopyFromChunk(Buffer.from(this.csv));
    connection.endCopyFrom();
  }
}

async function copy(csv: string): Promise<void> {
  const client = new pg.Client(house.connection);
  await client.connect();
  try {
    await new Promise<void>((resolve, reject) => {
      const query = client.query(new CopyIn('COPY promos.users FROM STDIN WITH (FORMAT csv)', csv));
      query.on('end', () => resolve()).on('error', reject);
    });
  } finally {
    await client.end();
  }
}

describe('once a statement it is told which users', () => {
  it('were inserted', async () => {
    expect(await told(`INSERT INTO promos.users (user_id) VALUES ('a')`)).toEqual(['a']);
    expect(await told(`INSERT INTO promos.users (user_id) VALUES ('b'), ('C-_9')`)).toEqual(['b,C-_9']);
    expect(await told(`INSERT INTO promos.users SELECT FROM generate_series(1, 0)`)).toEqual([]);
  });

  it('were copied in', async () => {
    expect(await told(() => copy('a,x,y\nb,"x\ny",""\n'))).toEqual(['a,b']);
    expect(await house.rows('SELECT * FROM promos.users ORDER BY user_id')).toHaveLength(2);
  });

  it('were updated, but not those that are as they were', async () => {
    await store('a', 'b', 'c');
    expect(await told(`UPDATE promos.users SET deeplink = 'new' WHERE user_id = 'a'`)).toEqual(['a']);
    expect(await told(`UPDATE promos.users SET promo_message = '' WHERE user_id = 'b'`)).toEqual(['b']);
    expect(await told(`UPDATE promos.users SET deeplink = deeplink`)).toEqual([]);
    expect(await told(`UPDATE promos.users SET deeplink = 'new'`)).toHaveLength(1);
    expect(await told(`UPDATE promos.users SET deeplink = 'x' WHERE user_id = 'nobody'`)).toEqual([]);
    await house.rows(`UPDATE promos.users SET deeplink = 'old' WHERE user_id IN ('b', 'c')`);
    expect(idsOf(await told(`UPDATE promos.users SET deeplink = 'new'`))).toEqual(['b', 'c']);
  });

  it('have another id, by both', async () => {
    await store('a', 'b');
    expect(idsOf(await told(`UPDATE promos.users SET user_id = 'z' WHERE user_id = 'a'`))).toEqual([
      'a',
      'z',
    ]);
    // Of a chain of them each is told once.
    const chain = `UPDATE promos.users SET user_id = CASE user_id WHEN 'z' THEN 'y' ELSE 'x' END, deeplink = user_id`;
    expect(idsOf(await told(chain))).toEqual(['b', 'x', 'y', 'z']);
  });

  it('were deleted', async () => {
    await store('a', 'b', 'c');
    expect(idsOf(await told(`DELETE FROM promos.users WHERE user_id < 'c'`))).toEqual(['a', 'b']);
    expect(await told(`DELETE FROM promos.users WHERE user_id = 'a'`)).toEqual([]);
  });

  it('were inserted or updated by one statement, but not those that stay as they are', async () => {
    await store('changed', 'unchanged');
    const upsert = (end: string): string => `
      INSERT INTO promos.users VALUES ('new', '', ''), ('changed', 'link', 'new text'), ('unchanged', 'link', 'text')
      ON CONFLICT (user_id) ${end}`;
    const all = 'DO UPDATE SET deeplink = EXCLUDED.deeplink, promo_message = EXCLUDED.promo_message';
    expect(await told(upsert('DO NOTHING'))).toEqual(['new']);
    expect(await told(upsert(all))).toEqual(['changed']);
    await house.rows(`DELETE FROM promos.users WHERE user_id <> 'unchanged'`);
    await store('changed');
    expect(idsOf(await told(upsert(all)))).toEqual(['changed', 'new']);
  });

  it('were changed where triggers of replicated tables do not run', async () => {
    const replicated = (statement: string): Promise<string[]> =>
      told(() =>
        house.database.transaction(async (tx) => {
          await tx.query(`SET LOCAL session_replication_role = 'replica'`);
          await tx.query(statement);
        }),
      );
    expect(await replicated(`INSERT INTO promos.users VALUES ('a')`)).toEqual(['a']);
    expect(await replicated(`UPDATE promos.users SET deeplink = 'x'`)).toEqual(['a']);
    expect(await replicated(`DELETE FROM promos.users`)).toEqual(['a']);
    expect(await replicated(`TRUNCATE promos.users`)).toEqual([EVERY_USER]);
  });
});

it('a truncation tells that all have changed', async () => {
  expect(await told('TRUNCATE promos.users')).toEqual([EVERY_USER]);
});

it('ids that nobody can ask for are not told', async () => {
  const others = `('a b'), (''), ('ä'), ('a,b'), ('*'), (E'a\\n'), ('a.b'), ('ａ')`;
  expect(await told(`INSERT INTO promos.users (user_id) VALUES ${others}`)).toEqual([]);
  expect(await told(`INSERT INTO promos.users (user_id) VALUES (' a'), ('b'), ('c ')`)).toEqual(['b']);
  expect(await told(`UPDATE promos.users SET user_id = 'd' WHERE user_id = 'a b'`)).toEqual(['d']);
  expect(await told(`DELETE FROM promos.users WHERE user_id NOT IN ('b', 'd')`)).toEqual([]);
});

describe('with the commit', () => {
  it('it is told what a transaction has changed, and before it nothing', async () => {
    await store('a');
    const payloads = await told(() =>
      house.database.transaction(async (tx) => {
        await tx.query(`INSERT INTO promos.users (user_id) VALUES ('b')`);
        await tx.query(`UPDATE promos.users SET deeplink = 'x' WHERE user_id = 'b'`);
        await tx.query(`DELETE FROM promos.users WHERE user_id = 'a'`);
        await hearToEnd();
        expect(heard).toHaveLength(1);
      }),
    );
    // PostgreSQL tells the same of one transaction once.
    expect(payloads).toEqual(['b', 'a']);
  });

  it('nothing is told of what was rolled back', async () => {
    await store('a');
    const failed = () =>
      house.rows(`INSERT INTO promos.users (user_id) VALUES ('b'), ('a')`).catch((error: unknown) => error);
    expect(await told(failed)).toEqual([]);
    expect(await told(`BEGIN; DELETE FROM promos.users; TRUNCATE promos.users; ROLLBACK`)).toEqual([]);
    const savepoint = `
      BEGIN; UPDATE promos.users SET deeplink = 'x'; SAVEPOINT one; INSERT INTO promos.users (user_id) VALUES ('b');
      ROLLBACK TO SAVEPOINT one; COMMIT`;
    expect(await told(savepoint)).toEqual(['a']);
  });
});

describe('of many users', () => {
  const statements: [string, (rows: number) => Promise<string>][] = [
    ['INSERT', (rows) => Promise.resolve(insertMany(rows))],
    [
      'UPDATE',
      async (rows) => {
        await house.rows(insertMany(rows));
        return `UPDATE promos.users SET promo_message = 'new'`;
      },
    ],
    [
      'DELETE',
      async (rows) => {
        await house.rows(insertMany(rows));
        return `DELETE FROM promos.users`;
      },
    ],
  ];

  describe.each(statements)('%s', (_, prepared) => {
    it.each([
      [299, 1],
      [300, 1],
      [301, 2],
      [3_000, 10],
    ])('%i are told each in %i notifications', async (rows, notifications) => {
      const payloads = await told(await prepared(rows));
      expect(payloads).toHaveLength(notifications);
      const ids = idsOf(payloads);
      expect(new Set(ids).size).toBe(rows);
      expect(ids[0]).toBe('user-000000000000001');
      for (const payload of payloads)
        expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
    });

    it.each([3_001, 50_000])('%i are told as all, by one notification', async (rows) => {
      expect(await told(await prepared(rows))).toEqual([EVERY_USER]);
    });
  });

  it('up to 100,000 that were written as they were are told by nothing, and more as all', async () => {
    await house.rows(insertMany(100_000));
    expect(await told(`UPDATE promos.users SET deeplink = deeplink`)).toEqual([]);
    await store('one-more');
    expect(await told(`UPDATE promos.users SET deeplink = deeplink`)).toEqual([EVERY_USER]);
    expect(await told(`DELETE FROM promos.users`)).toEqual([EVERY_USER]);
  });
});
