import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openWaybillDatabase, type WaybillDatabase } from '../../../test/support/waybill-database.js';
import { knownFailures } from '../known-failures.js';

let house: WaybillDatabase;

// One connection: what is left over on it would show at the next use.
beforeAll(async () => {
  house = await openWaybillDatabase({ poolSize: 1 });
});
afterAll(() => house.drop());

async function texts(query: string): Promise<string[]> {
  const rows: string[] = [];
  await house.database.copyOut(query, (row) => rows.push(row.text()));
  return rows;
}

describe('rows that are copied out', () => {
  it('come one by one in their order, with their columns', async () => {
    const rows: [string, number, string][] = [];
    await house.database.copyOut(
      `SELECT 'row ' || n, -n, decode(lpad(to_hex(n), 2, '0'), 'hex') FROM generate_series(1, 3) n`,
      (row) => rows.push([row.text(), row.integer(), row.bytes().toString('hex')]),
    );
    expect(rows).toEqual([
      ['row 1', -1, '01'],
      ['row 2', -2, '02'],
      ['row 3', -3, '03'],
    ]);
  });

  it('may be none', async () => {
    expect(await texts(`SELECT 'x' WHERE false`)).toEqual([]);
  });

  it('may be many, and larger than what comes at once', async () => {
    const rows = await texts(`SELECT repeat(chr(96 + n), n * 20000) FROM generate_series(1, 20) n`);
    expect(rows).toEqual(
      Array.from({ length: 20 }, (_, n) => String.fromCharCode(97 + n).repeat((n + 1) * 20_000)),
    );
    expect(await texts(`SELECT n::text FROM generate_series(1, 20000) n`)).toEqual(
      Array.from({ length: 20_000 }, (_, n) => String(n + 1)),
    );
  });

  it('hold texts as UTF-8, and empty ones', async () => {
    const text = 'Łódź 😀';
    const columns: unknown[] = [];
    await house.database.copyOut(`SELECT '${text}', '', '${text}', ''::bytea`, (row) =>
      columns.push(row.text(), row.text(), row.bytes().toString(), row.bytes().length),
    );
    expect(columns).toEqual([text, '', text, 0]);
  });

  it('leave bytes behind in memory of their own', async () => {
    const kept: Buffer[] = [];
    await house.database.copyOut(`SELECT 'text ' || n FROM generate_series(1, 1000) n`, (row) =>
      kept.push(row.bytes()),
    );
    expect(kept.map(String)).toEqual(Array.from({ length: 1_000 }, (_, n) => `text ${n + 1}`));
    for (const bytes of kept) expect(bytes.buffer.byteLength).toBe(bytes.length);
  });

  it('fail as the statement does, also halfway, and the connection is of use again', async () => {
    await expect(texts('SELECT nothing')).rejects.toMatchObject({ code: '42703' });
    const divided = texts(`SELECT (100 / (5000 - n))::text FROM generate_series(1, 10000) n`);
    await expect(divided).rejects.toMatchObject({ code: '22012' });
    expect(await texts(`SELECT 'again'`)).toEqual(['again']);
    expect(await house.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('fail as transient when the connection is lost, and another one is made', async () => {
    const lost = await texts(`SELECT pg_terminate_backend(pg_backend_pid())::text`).catch(
      (error: unknown) => error,
    );
    expect(knownFailures().kindOf(lost)).toBe('transient');
    await vi.waitFor(async () => expect(await texts(`SELECT 'again'`)).toEqual(['again']));
  });
});
