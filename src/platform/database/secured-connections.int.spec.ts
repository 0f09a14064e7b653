import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CertificateAuthority, type KeyPair } from '../../../test/support/certificates.js';
import { eventually } from '../../../test/support/eventually.js';
import { SecuredPostgres } from '../../../test/support/secured-postgres.js';
import { SSL_MODES, type SslMode } from '../config/database-url.js';
import { loadEnvironment } from '../config/load-environment.js';
import { knownFailures } from '../known-failures.js';
import { ConnectionAttempts } from './connection-attempts.js';
import { configuredSource } from './database-connection.js';
import { dataSourceFor } from './database.js';

const PASSWORD = 'first-secret';

let authority: CertificateAuthority;
let stranger: CertificateAuthority;
let server: SecuredPostgres;
let certificate: KeyPair;
let directory: string;
let opened: DataSource[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-files-'));
  [authority, stranger, server] = await Promise.all([
    CertificateAuthority.create(),
    CertificateAuthority.create('Strangers'),
    SecuredPostgres.start(PASSWORD),
  ]);
  certificate = await authority.sign('server');
});

afterEach(async () => {
  await Promise.all(opened.map((source) => source.destroy()));
  opened = [];
  vi.unstubAllEnvs();
});

afterAll(async () => {
  await server.stop();
  authority.remove();
  stranger.remove();
  rmSync(directory, { recursive: true });
});

type Given = Readonly<Record<string, string>>;

const settings = (given: Given = {}): Given => ({
  DB_HOST: '127.0.0.1',
  DB_PORT: String(server.port),
  DB_USER: 'shop',
  DB_NAME: 'shop',
  ...(given.DB_PASSWORD_FILE === undefined && { DB_PASSWORD: PASSWORD }),
  ...given,
});

/** Path of a file of the test's own. */
function fileOf(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

interface Pool {
  readonly attempts: ConnectionAttempts;
  readonly said: { fields: object; message: string }[];
  query<Row>(statement: string): Promise<Row[]>;
}

/** A pool as the program has it, without tables. @throws what its first connection fails by */
async function open(given: Given = {}, poolSize = 4): Promise<Pool> {
  const attempts = new ConnectionAttempts(configuredSource(loadEnvironment(settings(given), directory))!);
  const said: Pool['said'] = [];
  const source = dataSourceFor(attempts, {
    entities: [],
    migrationsDirectory: directory,
    poolSize,
    connectLimitMs: 5_000,
    report: (fields, message) => said.push({ fields, message }),
  });
  await source.initialize();
  opened.push(source);
  return { attempts, said, query: (statement) => source.query(statement) };
}

async function isEncrypted(given: Given = {}): Promise<boolean> {
  const pool = await open(given, 1);
  const [row] = await pool.query<{ ssl: boolean }>(
    'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
  );
  return row!.ssl;
}

async function faultOf(given: Given = {}): Promise<Error> {
  const error: unknown = await open(given).catch((fault: unknown) => fault);
  if (!(error instanceof Error)) throw new Error('it connects');
  expect(knownFailures().kindOf(error)).toBe('transient');
  expect(error.message).not.toMatch(/secret|\n/);
  return error;
}

const HOST = 'host all shop 127.0.0.1/32 scram-sha-256';
const HOSTSSL = 'hostssl all shop 127.0.0.1/32 scram-sha-256';
const HOSTNOSSL = 'hostnossl all shop 127.0.0.1/32 scram-sha-256';

describe('sslmode', () => {
  const VERIFYING: readonly SslMode[] = ['verify-ca', 'verify-full'];

  async function outcomesOf(): Promise<Record<string, string>> {
    const outcomes: Record<string, string> = {};
    for (const mode of SSL_MODES) {
      const given = {
        DB_SSL_MODE: mode,
        ...(VERIFYING.includes(mode) && { DB_SSL_ROOTCERT: authority.cert }),
      };
      outcomes[mode] = await isEncrypted(given).then(
        (ssl) => (ssl ? 'tls' : 'clear'),
        (error: Error & { kind?: string }) => error.kind ?? error.message,
      );
    }
    outcomes.unsaid = (await isEncrypted()) ? 'tls' : 'clear';
    return outcomes;
  }

  const allOf = (outcome: string, ...modes: string[]): Record<string, string> =>
    Object.fromEntries(modes.map((mode) => [mode, outcome]));
  const ENCRYPTED = ['require', 'no-verify', 'verify-ca', 'verify-full'];

  it('with a server that takes both', async () => {
    await server.secure(certificate, [HOST]);
    expect(await outcomesOf()).toEqual({
      ...allOf('clear', 'disable', 'allow'),
      ...allOf('tls', 'prefer', 'unsaid', ...ENCRYPTED),
    });
  });

  it('with hostssl alone', async () => {
    await server.secure(certificate, [HOSTSSL]);
    expect(await outcomesOf()).toEqual({
      disable: 'encryption wanted',
      ...allOf('tls', 'allow', 'prefer', 'unsaid', ...ENCRYPTED),
    });
    expect((await faultOf({ DB_SSL_MODE: 'disable' })).message).toMatch(
      /^PostgreSQL at 127\.0\.0\.1:\d+ takes no connection of ours in the clear: .*no encryption.*: set DB_SSL_MODE to /,
    );
  });

  it('with a server without TLS', async () => {
    await server.secure(undefined, [HOST]);
    expect(await outcomesOf()).toEqual({
      ...allOf('clear', 'disable', 'allow', 'prefer', 'unsaid'),
      ...allOf('no encryption there', ...ENCRYPTED),
    });
    expect((await faultOf({ DB_SSL_MODE: 'require' })).message).toMatch(/has no TLS: .* or set DB_SSL_MODE/);
  });

  it('with hostnossl', async () => {
    await server.secure(certificate, [HOSTNOSSL]);
    expect(await outcomesOf()).toEqual({
      ...allOf('clear', 'disable', 'allow', 'prefer', 'unsaid'),
      ...allOf('wrong account', ...ENCRYPTED),
    });
  });

  it('that leaves the choice is at fault once neither way is taken', async () => {
    await server.secure(certificate, []);
    for (const mode of ['allow', 'prefer']) {
      expect((await faultOf({ DB_SSL_MODE: mode })).message).toContain('neither with TLS nor in the clear');
    }
  });

  it('that prefers TLS has many connections at once come about in the clear', async () => {
    await server.secure(undefined, [HOST]);
    const pool = await open({}, 8);
    await Promise.all(Array.from({ length: 16 }, () => pool.query('SELECT pg_sleep(0.05)')));
    await server.secure(certificate, [HOSTSSL]);
    await server.endConnections();
    await eventually(async () => {
      await Promise.all(Array.from({ length: 16 }, () => pool.query('SELECT pg_sleep(0.05)')));
    });
  });
});

describe('what is wrong is told in one line', () => {
  beforeAll(() => server.secure(certificate, [HOSTSSL]));

  it.each<[string, () => Given, RegExp]>([
    [
      'another CA',
      () => ({ DB_SSL_MODE: 'verify-ca', DB_SSL_ROOTCERT: stranger.cert }),
      /certificate of PostgreSQL at .* is of no CA that is trusted .*: set DB_SSL_ROOTCERT/,
    ],
    [
      'another CA, as a parameter of the URL',
      () => ({
        DB_HOST: '',
        DATABASE_URL: `postgres://shop@127.0.0.1:${server.port}/shop?sslrootcert=${stranger.cert}`,
      }),
      /is of no CA that is trusted .*: set sslrootcert in DATABASE_URL/,
    ],
    ['a CA that this system does not know', () => ({ DB_SSL_MODE: 'verify-full' }), /set DB_SSL_ROOTCERT/],
    [
      'a password that is wrong',
      () => ({ DB_PASSWORD: 'wrong-secret' }),
      /does not take the password of user "shop" \(28P01\): check DB_PASSWORD and DB_USER$/,
    ],
    [
      'a user that is not there',
      () => ({ DB_USER: 'nobody', DB_NAME: 'shop' }),
      /takes no connection of ours, neither .* user "nobody".*: check DB_USER and DB_NAME/,
    ],
    [
      'a database that is not there',
      () => ({ DB_NAME: 'shop_2' }),
      /has no database "shop_2" \(3D000\): .* check DB_NAME$/,
    ],
    ['nobody there', () => ({ DB_PORT: '1' }), /^no route to PostgreSQL at 127\.0\.0\.1:1 .*: check DB_HOST/],
  ])('%s', async (_, given, line) => {
    const all = given();
    expect((await faultOf(all)).message).toMatch(line);
  });

  it('a database without the right to connect', async () => {
    await server.run('CREATE DATABASE closed', 'REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
    expect((await faultOf({ DB_NAME: 'closed' })).message).toMatch(
      /gives user "shop" too few rights: permission denied for database "closed".*CONNECT.*check DB_USER/,
    );
  });

  it('a password that is not set, and would stand in ~/.pgpass', async () => {
    const passwords = fileOf('.pgpass', `*:*:*:*:${PASSWORD}\n`);
    chmodSync(passwords, 0o600);
    vi.stubEnv('HOME', directory);
    vi.stubEnv('PGPASSFILE', passwords);
    expect((await faultOf({ DB_PASSWORD: '' })).message).toMatch(/none is set: set DB_PASSWORD$/);
  });

  it('a name that is not in the certificate, and only verify-full looks at it', async () => {
    await server.secure(await authority.sign('elsewhere', { names: ['DNS:db.example'] }), [HOSTSSL]);
    const given = { DB_SSL_ROOTCERT: authority.cert };
    expect((await faultOf({ ...given, DB_SSL_MODE: 'verify-full' })).message).toMatch(
      /is for DNS:db\.example: put such a name into DB_HOST/,
    );
    for (const mode of ['require', 'verify-ca']) {
      expect(await isEncrypted({ ...given, DB_SSL_MODE: mode })).toBe(true);
    }
  });

  it('a certificate that has expired, until it is renewed', async () => {
    await server.secure(await authority.sign('expired', { days: -1 }), [HOSTSSL]);
    const given = { DB_SSL_MODE: 'verify-full', DB_SSL_ROOTCERT: authority.cert };
    expect((await faultOf(given)).message).toMatch(/DB_SSL_ROOTCERT, has expired \(CERT_HAS_EXPIRED\)/);
    await server.secure(certificate, [HOSTSSL]);
    expect(await isEncrypted(given)).toBe(true);
  });
});

describe('a certificate of our own', () => {
  it('is shown, and wanted', async () => {
    const line = 'hostssl all shop 127.0.0.1/32 scram-sha-256 clientcert=verify-full';
    await server.secure(certificate, [line], authority.cert);
    expect((await faultOf({ DB_SSL_MODE: 'require' })).message).toMatch(
      /wants a certificate of user "shop".*: set DB_SSL_CERT to /,
    );
    const [shop, other, strange] = await Promise.all([
      authority.sign('shop'),
      authority.sign('other'),
      stranger.sign('shop'),
    ]);
    const given = (pair: KeyPair): Given => ({
      DB_SSL_MODE: 'require',
      DB_SSL_CERT: pair.cert,
      DB_SSL_KEY: pair.key,
    });
    expect(await isEncrypted(given(shop))).toBe(true);
    expect((await faultOf(given(other))).message).toContain(
      'check DB_PASSWORD and DB_USER, and whether DB_SSL_CERT is for this user',
    );
    expect((await faultOf(given(strange))).message).toMatch(/does not take the certificate.*set DB_SSL_CERT/);

    await server.secure(certificate, ['hostssl all shop 127.0.0.1/32 cert'], authority.cert);
    expect(await isEncrypted({ ...given(shop), DB_PASSWORD: '' })).toBe(true);
  });
});

describe('while the program runs', () => {
  const busy = (pool: Pool): Promise<PromiseSettledResult<unknown>[]> =>
    Promise.allSettled(Array.from({ length: 8 }, () => pool.query('SELECT pg_sleep(0.02)')));
  const failed = (outcomes: readonly PromiseSettledResult<unknown>[]): string[] =>
    outcomes.flatMap((one) => (one.status === 'rejected' ? (one.reason as Error).message : []));

  it('a password is changed: connections go on, new ones take it from the file, and few are tried with an old one', async () => {
    await server.secure(certificate, [HOSTSSL]);
    const DB_PASSWORD_FILE = fileOf('password', `${PASSWORD}\n`);
    const pool = await open({ DB_PASSWORD_FILE });
    await pool.query('SELECT 1');
    await server.run(`ALTER ROLE shop PASSWORD 'second-secret'`);

    // One connection is there, and does the work of all.
    expect(failed(await busy(pool))).toEqual([]);
    const LINE = /does not take the password of user "shop" \(28P01\): check DB_PASSWORD_FILE and DB_USER$/;
    expect(pool.said).toContainEqual({
      fields: { reason: expect.stringMatching(LINE) as string },
      message: 'no more connections to PostgreSQL can be made',
    });

    expect(pool.attempts.faultWithin(5_000)?.message).toMatch(LINE);

    await server.endConnections();
    await eventually(async () => expect(failed(await busy(pool))).toHaveLength(8));
    const before = await server.logged('28P01');
    const startedAtMs = Date.now();
    let asked = 0;
    for (; Date.now() < startedAtMs + 2_000 || asked <= 100; asked += 8) {
      const lines = failed(await busy(pool));
      expect(lines).toHaveLength(8);
      for (const line of lines) expect(line).toMatch(LINE);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(asked).toBeGreaterThan(100);
    expect((await server.logged('28P01')) - before).toBeLessThanOrEqual(3);

    rmSync(DB_PASSWORD_FILE);
    await eventually(async () =>
      expect(failed(await busy(pool))[0]).toMatch(/^DB_PASSWORD_FILE names .*password, which cannot be read/),
    );
    fileOf('password', 'second-secret\n');
    await eventually(async () => expect(failed(await busy(pool))).toEqual([]));
    expect(pool.attempts.faultWithin(5_000)).toBeUndefined();
    await server.run(`ALTER ROLE shop PASSWORD '${PASSWORD}'`);
  });

  it('the whole URL is changed in its file', async () => {
    await server.secure(certificate, [HOSTSSL]);
    const urlWith = (password: string): string =>
      `postgres://shop:${password}@127.0.0.1:${server.port}/shop?sslmode=require`;
    const DATABASE_URL_FILE = fileOf('url', urlWith('wrong-secret'));
    const given = { DB_HOST: '', DATABASE_URL_FILE };
    expect((await faultOf(given)).message).toMatch(/28P01\): check DATABASE_URL_FILE$/);
    fileOf('url', urlWith(PASSWORD));
    const pool = await open(given);
    await server.endConnections();
    fileOf('url', 'postgres://127.0.0.1/?sslmode=never');
    await eventually(async () =>
      expect(failed(await busy(pool))[0]).toMatch(/^DATABASE_URL_FILE has a parameter sslmode/),
    );
    fileOf('url', urlWith(PASSWORD));
    await eventually(async () => expect(failed(await busy(pool))).toEqual([]));
  });

  it('the certificate of the CA is replaced', async () => {
    await server.secure(certificate, [HOSTSSL]);
    const DB_SSL_ROOTCERT = join(directory, 'root.pem');
    await copyFile(authority.cert, DB_SSL_ROOTCERT);
    const pool = await open({ DB_SSL_MODE: 'verify-full', DB_SSL_ROOTCERT });
    await server.secure(await stranger.sign('server'), [HOSTSSL]);
    await server.endConnections();
    await eventually(async () => expect(failed(await busy(pool))[0]).toContain('set DB_SSL_ROOTCERT'));
    writeFileSync(DB_SSL_ROOTCERT, 'half a file');
    await eventually(async () =>
      expect(failed(await busy(pool))[0]).toMatch(/^DB_SSL_ROOTCERT names .*, which is something else/),
    );
    await copyFile(stranger.cert, DB_SSL_ROOTCERT);
    await eventually(async () => expect(failed(await busy(pool))).toEqual([]));
  });
});
