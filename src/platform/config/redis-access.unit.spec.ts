import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority } from '../../../test/support/certificates.js';
import { faultsOfLoading } from '../../../test/support/setting-faults.js';
import { loadEnvironment } from './load-environment.js';
import { settingsWithoutEffect } from './settings-without-effect.js';
import { redisAccess } from './redis-access.js';

let directory: string;
let ca: CertificateAuthority;
beforeAll(async () => {
  [directory, ca] = await Promise.all([
    mkdtemp(join(tmpdir(), 'waybill-redis-access-')),
    CertificateAuthority.create(),
  ]);
});
afterAll(async () => {
  ca.remove();
  await rm(directory, { recursive: true });
});

type Variables = Record<string, string>;

const load = (variables: Variables) => loadEnvironment(variables, directory);
const faultsOf = (variables: Variables) => faultsOfLoading(() => load(variables));
const secretFile = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

describe('how Redis is reached', () => {
  it.each<[Variables, object]>([
    [{ REDIS_URL: 'redis://cache' }, { user: undefined, password: undefined, usesTls: false, account: [] }],
    [{ REDIS_URL: 'redis://:p@cache' }, { user: undefined, password: 'p', account: ['REDIS_URL'] }],
    [{ REDIS_URL: 'rediss://u:p@cache/2' }, { user: 'u', password: 'p', usesTls: true, database: 2 }],
    [
      { REDIS_URL: 'redis://u@cache', REDIS_PASSWORD: 'p' },
      { user: 'u', password: 'p', account: ['REDIS_URL', 'REDIS_PASSWORD'] },
    ],
    [
      { REDIS_URL: 'redis://cache', REDIS_USERNAME: 'u', REDIS_PASSWORD: ' p ' },
      { user: 'u', password: ' p ', account: ['REDIS_USERNAME', 'REDIS_PASSWORD'] },
    ],
    [
      { REDIS_URL: 'redis://u:p@cache', REDIS_USERNAME: 'u', REDIS_PASSWORD: 'p' },
      { user: 'u', password: 'p' },
    ],
    [
      { REDIS_ADDR: 'cache:1', REDIS_PASSWORD: 'p' },
      { host: 'cache', port: 1, account: ['REDIS_PASSWORD'] },
    ],
  ])('is what %o say together', (variables, access) => {
    expect(redisAccess(load(variables))).toMatchObject(access);
  });

  it('is read anew where it stands in files of secrets', () => {
    const REDIS_URL_FILE = secretFile('url', 'redis://one\n');
    const REDIS_PASSWORD_FILE = secretFile('password', 'old\n');
    const settings = load({ REDIS_URL_FILE, REDIS_PASSWORD_FILE });
    secretFile('url', 'rediss://two\n');
    secretFile('password', 'changed\n');
    expect(redisAccess(settings)).toMatchObject({
      ...{ host: 'two', usesTls: true, password: 'changed' },
      account: ['REDIS_PASSWORD_FILE'],
    });
    secretFile('url', 'redis://:hunter2@two\n');
    expect(redisAccess(settings)).toEqual({
      faults: [
        'REDIS_URL_FILE and REDIS_PASSWORD_FILE hold different passwords (hidden): expected one of them',
      ],
    });
  });

  it.each<[Variables, string]>([
    [
      { REDIS_URL: 'redis://hunter2@cache' },
      'REDIS_URL has a user without a password: expected one there, or REDIS_PASSWORD',
    ],
    [
      { REDIS_URL: 'redis://cache', REDIS_USERNAME: 'hunter2' },
      'REDIS_USERNAME has a user without a password: expected one there, or REDIS_PASSWORD',
    ],
    [
      { REDIS_URL: 'redis://hunter2:p@cache', REDIS_USERNAME: 'other' },
      'REDIS_URL and REDIS_USERNAME name different users: expected one of them',
    ],
    [
      { REDIS_URL: 'redis://u:hunter2@cache', REDIS_PASSWORD: 'other' },
      'REDIS_URL and REDIS_PASSWORD hold different passwords (hidden): expected one of them',
    ],
    [
      { REDIS_URL: 'redis://cache', REDIS_SSL_CA: '/ca', REDIS_SSL_KEY: '/key' },
      'REDIS_SSL_CA and REDIS_SSL_KEY are set, and REDIS_URL is without TLS: expected a URL that begins with rediss://',
    ],
    [
      { REDIS_ADDR: 'cache:6379', REDIS_SSL_CA: '/ca' },
      'REDIS_SSL_CA is set, and REDIS_ADDR is without TLS: expected a URL that begins with rediss://',
    ],
    [
      { REDIS_URL: 'rediss://cache', REDIS_SSL_CERT: '/cert' },
      'REDIS_SSL_CERT is set alone: expected a certificate and its key, or neither',
    ],
    [
      { REDIS_URL: 'rediss://cache', REDIS_SSL_CA: '/nowhere/ca.crt' },
      'REDIS_SSL_CA names /nowhere/ca.crt, which cannot be read (ENOENT): expected a certificate in PEM',
    ],
  ])('stops the start with %o', (variables, fault) => expect(faultsOf(variables)).toEqual([fault]));

  it('stops the start with the key of another certificate', async () => {
    const [one, other] = await Promise.all([ca.sign('one'), ca.sign('other')]);
    const files = { REDIS_SSL_CA: ca.cert, REDIS_SSL_CERT: one.cert };
    expect(faultsOf({ REDIS_URL: 'rediss://cache', ...files, REDIS_SSL_KEY: one.key })).toEqual([]);
    expect(faultsOf({ REDIS_URL: 'rediss://cache', ...files, REDIS_SSL_KEY: other.key })).toEqual([
      expect.stringMatching(
        /^REDIS_SSL_KEY names .* is not the key of the certificate that REDIS_SSL_CERT names/,
      ),
    ]);
  });

  it('is of no effect without a URL, which is told', () => {
    const REDIS_PASSWORD_FILE = secretFile('password', 'hunter2');
    const variables = { REDIS_USERNAME: 'hunter2', REDIS_PASSWORD_FILE, REDIS_SSL_CA: '/nowhere' };
    expect(faultsOf(variables)).toEqual([]);
    expect(settingsWithoutEffect(variables, directory)).toEqual([
      'REDIS_USERNAME is set without REDIS_URL: it has no effect',
      'REDIS_PASSWORD_FILE is set without REDIS_URL: it has no effect',
      'REDIS_SSL_CA is set without REDIS_URL: it has no effect',
    ]);
  });
});
