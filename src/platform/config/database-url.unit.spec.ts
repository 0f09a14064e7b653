import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type DatabaseUrl, readDatabaseUrl } from './database-url.js';

const directory = mkdtempSync(join(tmpdir(), 'waybill-tls-'));
const file = join(directory, 'file.pem');
writeFileSync(file, 'pem');
afterAll(() => rmSync(directory, { recursive: true }));

function read(rest: string): DatabaseUrl {
  const url = readDatabaseUrl(`postgres://${rest}`);
  if ('faults' in url) throw new Error(url.faults.join('\n'));
  return url;
}

function faultsOf(rest: string): string[] {
  const url = readDatabaseUrl(`postgres://${rest}`);
  return 'faults' in url ? url.faults : [];
}

describe('DATABASE_URL', () => {
  it.each([
    ['u:p%40ss%3Aw%2Frd%23%3F%25@db:5433/shop', { user: 'u', password: 'p@ss:w/rd#?%', port: 5433 }],
    ['u@[::1]/shop', { host: '::1', port: undefined, password: '' }],
    ['db/my%20shop', { database: 'my shop', user: '' }],
    ['db', { database: '' }],
  ])('%s says %o', (rest, parts) => expect(read(rest)).toMatchObject(parts));

  const VERIFIED = { rejectUnauthorized: true };
  const ENCRYPTED = { rejectUnauthorized: false };
  it.each([
    ['', undefined],
    ['?sslmode=disable', undefined],
    ['?ssl=false', undefined],
    ['?ssl=0', undefined],
    ['?ssl=true', ENCRYPTED],
    ['?ssl=1', ENCRYPTED],
    ['?sslmode=require', ENCRYPTED],
    ['?sslmode=no-verify', ENCRYPTED],
    ['?ssl=true&sslmode=verify-full', VERIFIED],
    ['?sslmode=verify-full', VERIFIED],
    ['?sslmode=verify-full&sslrootcert=system', VERIFIED],
    [`?sslmode=verify-full&sslrootcert=${file}`, { ...VERIFIED, ca: Buffer.from('pem') }],
    [
      `?sslmode=require&sslcert=${file}&sslkey=${file}`,
      { ...ENCRYPTED, cert: Buffer.from('pem'), key: Buffer.from('pem') },
    ],
  ])('with %s is encrypted by %o', (query, tls) => expect(read(`db/shop${query}`).tls).toEqual(tls));

  it.each(['?sslmode=verify-ca', `?sslmode=require&sslrootcert=${file}`])(
    'with %s takes any host with a certificate of the root',
    (query) => {
      const { tls } = read(`db/shop${query}`);
      expect(tls?.rejectUnauthorized).toBe(true);
      expect(tls?.checkServerIdentity?.('db', {} as never)).toBeUndefined();
    },
  );

  it.each([
    ['?options=-c%20x%3Dy', 'the parameter options, which is not honoured'],
    ['?schema=shop', 'the parameter schema'],
    ['?host=/var/run/postgresql', 'the parameter host'],
    ['?password=hunter2', 'the parameter password'],
    ['?application_name=x', 'the parameter application_name'],
    ['?SSLMODE=require', 'the parameter SSLMODE'],
    ['?ssl=yes', 'a parameter ssl'],
    ['?ssl', 'a parameter ssl'],
    ['?sslmode=prefer', 'a parameter sslmode'],
    ['?sslmode=', 'a parameter sslmode'],
    ['?sslmode=require&sslmode=disable', 'sslmode more than once'],
    ['?ssl=true&sslmode=disable', 'ssl and sslmode, and they differ'],
    ['?ssl=false&sslmode=require', 'ssl and sslmode, and they differ'],
    [`?sslrootcert=${file}`, 'sslrootcert without TLS'],
    [`?sslmode=require&sslkey=${file}`, 'one of sslcert and sslkey'],
    ['?sslmode=require&sslrootcert=/no/such/file', 'sslrootcert, whose file cannot be read (ENOENT)'],
    ['?sslmode=require&sslrootcert=system', 'sslrootcert=system'],
    [`?sslmode=no-verify&sslrootcert=${file}`, 'sslrootcert and sslmode=no-verify'],
    ['#fragment', 'a part behind #'],
    ['%zz', 'a % that begins no escape'],
    ['%ff', 'a % that begins no escape'],
  ])('with %s has one fault, that names it', (rest, named) => {
    const faults = faultsOf(`u:p@db/shop${rest}`);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(named);
  });

  it('shows no part of a password that was not escaped', () => {
    for (const rest of ['u:12?hunter2@db/shop', 'u:12#hunter2@db/shop', 'u:hunter2%@db/shop']) {
      const faults = faultsOf(rest);
      expect(faults).toHaveLength(1);
      expect(faults[0]).not.toContain('hunter2');
    }
    expect(faultsOf('u:p@db:0/shop')).toEqual(['has the port 0: expected 1 to 65535']);
  });
});
