import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CertificateAuthority, type KeyPair } from '../../../test/support/certificates.js';
import { waysOf } from '../database/database-connection.js';
import type { ConfigurationError } from './configuration.error.js';
import { type DatabaseTls, databaseTls } from './database-tls.js';
import { readDatabaseUrl } from './database-url.js';
import { loadEnvironment } from './load-environment.js';
import { settingsWithoutEffect } from './settings-without-effect.js';

let authority: CertificateAuthority;
let own: KeyPair;
let ca: string;

beforeAll(async () => {
  authority = await CertificateAuthority.create();
  own = await authority.sign('waybill');
  ca = authority.cert;
});
afterAll(() => authority.remove());

type Given = Readonly<Record<string, string>>;

const urlOf = (parameters: Given): string =>
  `postgres://db/shop?${new URLSearchParams(parameters).toString()}`;

function faultsOf(variables: Given): string[] {
  try {
    loadEnvironment(variables, authority.directory);
    return [];
  } catch (error) {
    return [...(error as ConfigurationError).faults];
  }
}

function tlsOf(variables: Given): DatabaseTls {
  const environment = loadEnvironment(variables, authority.directory);
  const url = environment.DATABASE_URL === undefined ? undefined : readDatabaseUrl(environment.DATABASE_URL);
  if (url !== undefined && 'faults' in url) throw new Error(url.faults.join());
  const tls = databaseTls(environment, url);
  if ('faults' in tls) throw new Error(tls.faults.join());
  return tls;
}

describe('TLS to PostgreSQL', () => {
  it('is preferred where nothing says it, as libpq has it, and required where a root certificate is given', () => {
    expect(tlsOf({ DB_HOST: 'db' })).toMatchObject({ mode: 'prefer', isSaid: false });
    expect(tlsOf({ DB_HOST: 'db', DB_SSL_ROOTCERT: ca })).toMatchObject({ mode: 'require', isSaid: false });
    expect(tlsOf({ DATABASE_URL: urlOf({ sslrootcert: ca }) })).toMatchObject({ mode: 'require' });
  });

  it('is said by DATABASE_URL and the settings beside it together', () => {
    const DATABASE_URL = urlOf({ sslmode: 'verify-full', sslcert: own.cert });
    expect(tlsOf({ DATABASE_URL, DB_SSL_CA: ca, DB_SSL_KEY: own.key })).toEqual({
      mode: 'verify-full',
      isSaid: true,
      files: {
        ca: { setting: 'DB_SSL_CA', path: ca },
        cert: { setting: 'sslcert in DATABASE_URL', path: own.cert },
        key: { setting: 'DB_SSL_KEY', path: own.key },
      },
    });
  });

  it('takes the certificates of the system in place of a file', () => {
    const files = tlsOf({ DB_HOST: 'db', DB_SSL_MODE: 'verify-full', DB_SSL_ROOTCERT: 'system' }).files;
    expect(files).toEqual({ ca: undefined, cert: undefined, key: undefined });
  });

  it('checks the name too with the certificates of the system, where no mode is said', () => {
    const { mode, isSaid } = tlsOf({ DATABASE_URL: urlOf({ sslrootcert: 'system' }) });
    expect({ mode, isSaid }).toEqual({ mode: 'verify-full', isSaid: false });
  });

  it.each<[string, () => Given, RegExp]>([
    [
      'a mode in two places',
      () => ({ DATABASE_URL: urlOf({ sslmode: 'require' }), DB_SSL_MODE: 'disable' }),
      /^sslmode in DATABASE_URL and DB_SSL_MODE are both set/,
    ],
    [
      'a root certificate in two places',
      () => ({ DATABASE_URL: urlOf({ sslrootcert: ca }), DB_SSL_CA: ca }),
      /^sslrootcert in DATABASE_URL and DB_SSL_CA are both set/,
    ],
    [
      'a file without TLS',
      () => ({ DB_HOST: 'db', DB_SSL_MODE: 'disable', DB_SSL_ROOTCERT: ca }),
      /^DB_SSL_ROOTCERT without TLS: .* in DB_SSL_MODE/,
    ],
    [
      'a key alone',
      () => ({ DATABASE_URL: urlOf({ sslkey: own.key }) }),
      /^sslkey in DATABASE_URL is there alone/,
    ],
    [
      'the certificates of the system for any name',
      () => ({ DATABASE_URL: urlOf({ sslmode: 'require', sslrootcert: 'system' }) }),
      /^sslrootcert in DATABASE_URL is system: expected verify-full in sslmode in DATABASE_URL/,
    ],
    [
      'a root certificate that is not looked at',
      () => ({ DB_HOST: 'db', DB_SSL_MODE: 'no-verify', DB_SSL_ROOTCERT: ca }),
      /^DB_SSL_ROOTCERT and no-verify in DB_SSL_MODE/,
    ],
    [
      'a file that is missing',
      () => ({ DB_HOST: 'db', DB_SSL_ROOTCERT: '/no/such.pem' }),
      /^DB_SSL_ROOTCERT names \/no\/such\.pem, which cannot be read \(ENOENT\)/,
    ],
    [
      'a file of something else',
      () => ({ DATABASE_URL: urlOf({ sslrootcert: own.key }) }),
      /^sslrootcert in DATABASE_URL names .*, which is something else/,
    ],
    [
      'a key with a passphrase',
      () => {
        const locked = join(authority.directory, 'locked.key');
        writeFileSync(
          locked,
          '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMA==\n-----END ENCRYPTED PRIVATE KEY-----\n',
        );
        return { DB_HOST: 'db', DB_SSL_CERT: own.cert, DB_SSL_KEY: locked };
      },
      /^DB_SSL_KEY names .*locked\.key, which has a passphrase: expected .* without a passphrase/,
    ],
    ['a mode that is none', () => ({ DB_HOST: 'db', DB_SSL_MODE: 'verify' }), /^DB_SSL_MODE is "verify"/],
  ])('with %s stops the start by one line', (_, given, line) =>
    expect(faultsOf(given())).toEqual([expect.stringMatching(line)]),
  );

  it('is looked at for no embedded PostgreSQL, and said to have no effect there', () => {
    const variables = { DB_SSL_ROOTCERT: '/no/such.pem', DB_SSL_MODE: 'require' };
    expect(faultsOf(variables)).toEqual([]);
    expect(settingsWithoutEffect(variables, authority.directory)).toEqual([
      expect.stringMatching(/^DB_SSL_MODE and DB_SSL_ROOTCERT are set without DB_HOST/),
    ]);
  });
});

describe('variables of libpq', () => {
  const told = (given: Given): string[] => settingsWithoutEffect(given, authority.directory);
  const lineFor = (name: string): string =>
    `${name} is set, and is not read: DATABASE_URL and DB_… say how PostgreSQL is reached`;

  it.each([
    ...['PGHOST', 'PGUSER', 'PGDATABASE', 'PGSSLMODE', 'PGSSLROOTCERT', 'PGSSLCERT', 'PGSSLKEY'],
    ...['PGSERVICE', 'PGPASSFILE', 'PGAPPNAME', 'PGTZ', 'PGSSLNEGOTIATION', 'NODE_PG_FORCE_NATIVE'],
  ])('%s has no effect, which is told where PostgreSQL is external', (name) => {
    expect(told({ [name]: 'hunter2' })).toEqual([]);
    expect(told({ [name]: 'hunter2', DB_HOST: 'db' })).toEqual([lineFor(name)]);
  });

  it('PGSSLMODE that the start is refused for is told by that alone', () => {
    const PGSSLMODE = 'require';
    expect(told({ PGSSLMODE, DB_HOST: 'db' })).toEqual([]);
    expect(faultsOf({ PGSSLMODE, DB_HOST: 'db' })).toHaveLength(1);
    const inUrl = { PGSSLMODE, DATABASE_URL: urlOf({ sslmode: 'disable' }) };
    for (const said of [inUrl, { PGSSLMODE, DB_HOST: 'db', DB_SSL_MODE: 'disable' }]) {
      expect(told(said)).toEqual([lineFor('PGSSLMODE')]);
      expect(faultsOf(said)).toEqual([]);
    }
  });
});

describe('the ways of a mode', () => {
  const CLEAR = undefined;
  const ENCRYPTED = { rejectUnauthorized: false };
  const OF_CA = { rejectUnauthorized: true, checkServerIdentity: expect.any(Function) as () => undefined };
  const VERIFIED = { rejectUnauthorized: true };
  const pem = { ca: Buffer.from('ca') };

  it.each([
    ['disable', {}, [CLEAR]],
    ['allow', {}, [CLEAR, ENCRYPTED]],
    ['prefer', {}, [ENCRYPTED, CLEAR]],
    ['prefer', pem, [{ ...OF_CA, ...pem }, CLEAR]],
    ['require', {}, [ENCRYPTED]],
    ['require', pem, [{ ...OF_CA, ...pem }]],
    ['no-verify', {}, [ENCRYPTED]],
    ['verify-ca', pem, [{ ...OF_CA, ...pem }]],
    ['verify-full', {}, [VERIFIED]],
    ['verify-full', pem, [{ ...VERIFIED, ...pem }]],
  ] as const)('%s with %o are %o', (mode, files, ways) => expect(waysOf(mode, files)).toEqual(ways));
});
