import { describe, expect, it } from 'vitest';
import { type DatabaseUrl, readDatabaseUrl } from './database-url.js';

const file = '/etc/ssl/file.pem';

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

  it.each([
    ['', undefined],
    ['?ssl=false', 'disable'],
    ['?ssl=0', 'disable'],
    ['?ssl=true', 'require'],
    ['?ssl=1', 'require'],
    ['?sslmode=disable', 'disable'],
    ['?sslmode=allow', 'allow'],
    ['?sslmode=prefer', 'prefer'],
    ['?sslmode=require', 'require'],
    ['?sslmode=no-verify', 'no-verify'],
    ['?sslmode=verify-ca', 'verify-ca'],
    ['?ssl=true&sslmode=verify-full', 'verify-full'],
    ['?ssl=false&sslmode=disable', 'disable'],
  ])('with %s has the mode %s', (query, mode) => expect(read(`db/shop${query}`).sslmode).toBe(mode));

  it('tells the paths of files, and looks at none', () => {
    const { sslrootcert, sslcert, sslkey } = read(
      `db/shop?sslrootcert=${file}&sslcert=%2Fno%2Fsuch%20file&sslkey=system`,
    );
    expect({ sslrootcert, sslcert, sslkey }).toEqual({
      sslrootcert: file,
      sslcert: '/no/such file',
      sslkey: 'system',
    });
  });

  it.each([
    ['?options=-c%20x%3Dy', 'the parameter options, which is not honoured'],
    ['?schema=shop', 'the parameter schema'],
    ['?host=/var/run/postgresql', 'the parameter host'],
    ['?password=hunter2', 'the parameter password'],
    ['?application_name=x', 'the parameter application_name'],
    ['?SSLMODE=require', 'the parameter SSLMODE'],
    ['?ssl=yes', 'a parameter ssl'],
    ['?ssl', 'a parameter ssl'],
    ['?sslmode=verify', 'a parameter sslmode'],
    ['?sslrootcert=', 'sslrootcert without a value'],
    ['?sslmode=', 'a parameter sslmode'],
    ['?sslmode=require&sslmode=disable', 'sslmode more than once'],
    ['?ssl=true&sslmode=disable', 'ssl and sslmode, and they differ'],
    ['?ssl=false&sslmode=require', 'ssl and sslmode, and they differ'],
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

  it.each(['u:/hunter2@db/shop', 'u:12/hunter2@db/shop'])(
    'takes no password with a slash in it for the name of a database: %s',
    (rest) => {
      const faults = faultsOf(rest);
      expect(faults).toEqual([expect.stringMatching(/^has an @ behind a slash: expected %2F/)]);
      expect(faults.join()).not.toContain('hunter2');
    },
  );
});
