import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { promos } from '../../src/promos/promos.module.js';
import { openWaybillDatabase, type WaybillDatabase } from '../support/waybill-database.js';
import { runWaybill } from '../support/waybill-process.js';

const HEADER = 'user_id,deeplink,promo_message\n';

/** sysexits.h */
const EX_USAGE = 64;
const EX_NOINPUT = 66;
const EX_UNAVAILABLE = 69;

let house: WaybillDatabase;
let directory: string;

beforeAll(async () => {
  house = await openWaybillDatabase({ contexts: [promos] });
  directory = await mkdtemp(join(tmpdir(), 'waybill-load-'));
});
beforeEach(() => house.rows('TRUNCATE promos.users'));
afterAll(async () => {
  await house.drop();
  await rm(directory, { recursive: true });
});

function load(operands: string[], input?: string) {
  const { host, port, user, password, database } = house.connection;
  return runWaybill({
    command: ['promos', 'load', ...operands],
    cwd: directory,
    ...(input !== undefined && { input }),
    env: {
      CONTEXTS: 'promos',
      DB_HOST: host,
      DB_PORT: String(port),
      DB_USER: user,
      DB_PASSWORD: password,
      DB_NAME: database,
    },
  });
}
const userIds = async (): Promise<string[]> =>
  (await house.rows<{ user_id: string }>('SELECT user_id FROM promos.users ORDER BY 1')).map(
    ({ user_id }) => user_id,
  );

describe('waybill promos load', () => {
  it('applies a file, and says how many users were created, changed and left alone', async () => {
    await house.rows(`INSERT INTO promos.users VALUES ('a', '', 'A'), ('b', '', 'B')`);
    await writeFile(join(directory, 'users.csv'), `${HEADER}a,,A\nb,,\nc,,\nd,,\n`);
    expect(await load(['users.csv'])).toMatchObject({
      code: 0,
      stdout: '4 rows: 2 created, 1 changed, 1 unchanged\n',
    });
    expect(await userIds()).toEqual(['a', 'b', 'c', 'd']);
    expect(await load(['-'], `${HEADER}e,,\n`)).toMatchObject({
      code: 0,
      stdout: '1 rows: 1 created, 0 changed, 0 unchanged\n',
    });
  });

  it('applies nothing of a file with faults, and has a line for each', async () => {
    const { code, stdout, stderr } = await load(['-'], `${HEADER}a,,\nb\na,,\n`);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(
      'line 3 has 1 cells: expected 3\nline 4 user_id a stands in a line before\nnothing of the file is applied\n',
    );
    expect(await userIds()).toEqual([]);
  });

  it('says so where the file cannot be read, or another is being imported', async () => {
    const { code, stderr } = await load(['missing.csv']);
    expect(code).toBe(EX_NOINPUT);
    expect(stderr).toMatch(/^missing\.csv cannot be read: ENOENT: no such file or directory.*$/m);
    await house.database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [0x70_72_6f_6d_6f]);
      const refused = await load(['-'], `${HEADER}a,,\n`);
      expect(refused.code).toBe(EX_UNAVAILABLE);
      expect(refused.stderr).toContain('another file is being imported');
    });
  });

  it('is of one file', async () => {
    for (const operands of [[], ['a.csv', 'b.csv']]) {
      const { code, stderr } = await load(operands);
      expect(code).toBe(EX_USAGE);
      expect(stderr).toMatch(/^waybill: promos is followed by "load.*": expected load FILE after it\n/);
      expect(stderr).toMatch(/^ {2}promos load FILE +create and change users/m);
    }
  });
});
