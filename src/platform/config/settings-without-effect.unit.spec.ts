import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settingsWithoutEffect } from './settings-without-effect.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-settings-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('what is set without effect', () => {
  const told = (variables: Record<string, string>): string[] => settingsWithoutEffect(variables, directory);

  it('is told by a line that names it and the setting that was meant, and not what it holds', () => {
    writeFileSync(join(directory, '.env'), 'CACHE_TTL=hunter2\nDB_HOST=db\n');
    const lines = told({ REDIS_URI: 'redis://:hunter2@cache', PGOPTIONS: '-c x=hunter2', PATH: '/bin' });
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/CACHE_TTL .*CACHE_TTL_SECONDS/);
    expect(lines[1]).toMatch(/REDIS_URI .*REDIS_URL/);
    expect(lines[2]).toMatch(/^PGOPTIONS /);
    expect(lines.join()).not.toContain('hunter2');
  });

  it.each([
    ['KAFKA_SECURITY_PROTOCOL', 'SASL_SSL', /KAFKA_SSL and KAFKA_SASL_MECHANISM/],
    ['REDIS_TLS', 'true', /REDIS_URL that begins with rediss:/],
  ])('is %s, which other programs have', (name, value, instead) => {
    const [line, ...others] = told({
      KAFKA_BROKERS: 'kafka:9092',
      REDIS_URL: 'redis://cache',
      [name]: value,
    });
    expect(others).toEqual([]);
    expect(line).toMatch(new RegExp(`^${name} is set, and is no setting of Waybill's: `));
    expect(line).toMatch(instead);
  });

  it('is a part of a PostgreSQL that is not named', () => {
    expect(told({ DB_PASSWORD: 'x', DB_NAME: 'shop' })).toEqual([
      'DB_PASSWORD and DB_NAME are set without DB_HOST or DATABASE_URL: the embedded PostgreSQL is used',
    ]);
    expect(told({ DB_PASSWORD: 'x', DB_HOST: 'db' })).toEqual([]);
  });

  it('is another name of a setting that is given by its own, and says something else', () => {
    const own = { REDIS_URL: 'redis://:hunter2@cache:6379', DB_POOL_SIZE: '20' };
    expect(told({ ...own, REDIS_ADDR: 'cache:6379', PG_MAX_CONNS: '40' })).toEqual([
      'PG_MAX_CONNS is set, and has no effect: DB_POOL_SIZE is set too, and says something else',
      'REDIS_ADDR is set, and has no effect: REDIS_URL is set too, and says something else',
    ]);
    expect(told({ ...own, REDIS_ADDR: 'x' })).toHaveLength(1);
  });

  it('is a half of a name that says two settings', () => {
    const address = { APP_WEBSERVICE__ADDRESS: 'h:1', SERVER_PORT: '2' };
    expect(told(address)).toEqual([
      'APP_WEBSERVICE__ADDRESS is set, and has no effect on SERVER_PORT: SERVER_PORT is set too, and says something else',
    ]);
    expect(told({ ...address, SERVER_HOST: 'i' })).toHaveLength(2);
    expect(told({ ...address, SERVER_PORT: '1' })).toEqual([]);
  });

  it('is no other name that says the same, or alone', () => {
    const same = { DB_POOL_SIZE: '20', PG_MAX_CONNS: ' 020 ' };
    expect(told({ ...same, REDIS_URL: 'redis://cache:6379', REDIS_ADDR: 'cache:6379' })).toEqual([]);
    expect(told({ REDIS_ADDR: 'cache:6379', PG_MAX_CONNS: '20' })).toEqual([]);
  });

  it('is not what is empty', () => expect(told({ REDIS_URI: '', DB_NAME: '' })).toEqual([]));
});
