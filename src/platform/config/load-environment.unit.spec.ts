import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultsOfLoading } from '../../../test/support/setting-faults.js';
import { Environment, PROGRAM_SETTINGS, type SettingName } from './environment.js';
import { loadEnvironment } from './load-environment.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-settings-'));
  mkdirSync(join(directory, 'web'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const load = (variables: Record<string, string>): Environment =>
  loadEnvironment({ STATIC_DIR: join(directory, 'web'), ...variables }, directory);

const faultsOf = (variables: Record<string, string>): readonly string[] =>
  faultsOfLoading(() => load(variables));

/** Values that the settings take, and what the program then holds. */
const TAKEN: [SettingName, string, unknown][] = [
  ['SERVER_PORT', '0', 0],
  ['SERVER_PORT', '65535', 65_535],
  ['SERVER_PORT', ' 8081 ', 8_081],
  ['SERVER_HOST', '0.0.0.0', '0.0.0.0'],
  ['SERVER_HOST', '::1', '::1'],
  ['SERVER_HOST', '[::1]', '::1'],
  ['SERVER_HOST', 'waybill.example', 'waybill.example'],
  ['ROLES', 'api', ['api']],
  ['ROLES', 'relay, consumer', ['relay', 'consumer']],
  ['LOG_LEVEL', 'silent', 'silent'],
  ['DATABASE_URL', 'postgres://user:p%40ss@db:5433/shop', 'postgres://user:p%40ss@db:5433/shop'],
  ['DATABASE_URL', 'postgresql://db/shop', 'postgresql://db/shop'],
  ['DB_HOST', 'db', 'db'],
  ['DB_PASSWORD', '  spaces count ', '  spaces count '],
  ['KAFKA_BROKERS', 'a:9092,b:9093', ['a:9092', 'b:9093']],
  ['KAFKA_BROKERS', ' a:9092 , [::1]:9092 ', ['a:9092', '[::1]:9092']],
  ['REDIS_URL', 'rediss://:secret@cache:6380/1', 'rediss://:secret@cache:6380/1'],
  ['CACHE_MAX_BYTES', '1048576', 1_048_576],
];

const RANGES: [SettingName, number, number][] = [
  ['SERVER_PORT', 0, 65_535],
  ['DB_PORT', 1, 65_535],
  ['DB_POOL_SIZE', 4, 1_000],
  ['KAFKA_PARTITIONS', 1, 10_000],
  ['KAFKA_REPLICATION_FACTOR', 1, 32_767],
  ['CONSUMER_BATCH_MAX_EVENTS', 1, 10_000],
  ['CONSUMER_MAX_ATTEMPTS', 1, 100],
  ['RELAY_BATCH_MAX_MESSAGES', 1, 10_000],
  ['CACHE_MAX_BYTES', 1_048_576, Number.MAX_SAFE_INTEGER],
  ['CACHE_TTL_SECONDS', 0, 31_536_000],
  ['CACHE_ABSENT_TTL_SECONDS', 1, 86_400],
];

const REFUSED: [SettingName, string, string][] = [
  ...RANGES.flatMap(([name, min, max]) =>
    [`${min - 1}`, `${max}0`, `${min}.5`, 'many', '1e3', '0x10', '1_000', 'NaN', 'Infinity'].map(
      (text): [SettingName, string, string] => [name, text, `a whole number from ${min} to ${max}`],
    ),
  ),
  ...(['SERVER_HOST', 'DB_HOST'] as const).flatMap((name) =>
    ['http://host', 'a b', 'host/path', '-host', 'host:80:x'].map((text): [SettingName, string, string] => [
      name,
      text,
      'a host name or an IP address',
    ]),
  ),
  ...['cook', 'api,api', 'api,', 'API'].map((text): [SettingName, string, string] => [
    'ROLES',
    text,
    'a comma-separated list of api, consumer, relay',
  ]),
  ['LOG_LEVEL', 'loud', 'one of trace, debug, info'],
  ['STATIC_DIR', '/no/such/folder', 'a directory that exists'],
  ['DATA_DIR', '   ', 'a text that is not empty'],
  ['DB_USER', '   ', 'a text that is not empty'],
  ['DB_NAME', '   ', 'a text that is not empty'],
  ...['broker', 'broker:', ':9092', 'a:0', 'a:65536', 'a:9092,', 'a:9092;b:9092', 'http://a:9092'].map(
    (text): [SettingName, string, string] => ['KAFKA_BROKERS', text, 'a comma-separated list of host:port'],
  ),
  ...(['KAFKA_GROUP_ID', 'KAFKA_CLIENT_ID'] as const).flatMap((name) =>
    ['a b', 'ü', 'a/b', '.', '..', 'x'.repeat(250)].map((text): [SettingName, string, string] => [
      name,
      text,
      'a name of 1 to 249 letters',
    ]),
  ),
];

const SECRETS: [SettingName, string, string][] = [
  ['DATABASE_URL', 'mysql://root:hunter2@db/shop', 'postgres:// or postgresql://'],
  ['DATABASE_URL', 'hunter2', 'postgres:// or postgresql://'],
  ['DATABASE_URL', 'postgres://hunter2:x@/shop', 'postgres:// or postgresql://'],
  ['REDIS_URL', 'http://:hunter2@cache', 'redis:// or rediss://'],
];

describe('the settings', () => {
  it('have their defaults where the environment says nothing', () => {
    expect(load({})).toEqual(Object.assign(new Environment(), { STATIC_DIR: join(directory, 'web') }));
  });

  it('count as not set when they are empty', () => {
    const names = Object.keys(new Environment()).filter((name) => name !== 'STATIC_DIR');
    expect(load(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(load({}));
  });

  it.each(TAKEN)('%s may be "%s"', (name, text, held) => {
    expect(load({ [name]: text })[name]).toEqual(held);
  });

  it.each(RANGES)('%s may be %i and %i', (name, min, max) => {
    expect(load({ [name]: `${min}` })[name]).toBe(min);
    expect(load({ [name]: `${max}` })[name]).toBe(max);
  });

  it('pay no heed to variables that are none of theirs', () => {
    expect(load({ PATH: '/bin', SERVER_PORTS: 'x' })).toEqual(load({}));
  });

  it('are each described for people', () => {
    expect(Object.keys(PROGRAM_SETTINGS.descriptions).sort()).toEqual(Object.keys(new Environment()).sort());
  });
});

describe('a faulty setting', () => {
  it.each(REFUSED)('%s="%s" gives one line, with what it is and what it may be', (name, text, expected) => {
    const faults = faultsOf({ [name]: text });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`${name} is ${JSON.stringify(text)}: expected ${expected}`);
  });

  it.each(SECRETS)('%s is named without what it holds', (name, text, expected) => {
    const faults = faultsOf({ [name]: text });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`${name} holds a value (hidden): expected`);
    expect(faults[0]).toContain(expected);
    expect(faults[0]).not.toContain('hunter2');
  });

  it('is named together with all the others', () => {
    const faults = faultsOf({
      SERVER_PORT: '-1',
      ROLES: 'none',
      KAFKA_BROKERS: 'x',
      DATABASE_URL: 'hunter2',
    });
    expect(faults.map((line) => line.split(' ')[0]).sort()).toEqual([
      'DATABASE_URL',
      'KAFKA_BROKERS',
      'ROLES',
      'SERVER_PORT',
    ]);
    expect(faults.join()).not.toContain('hunter2');
  });

  it('stands in the message of the error too', () => {
    expect(() => load({ SERVER_PORT: 'x', LOG_LEVEL: 'y' })).toThrow(/SERVER_PORT .*; LOG_LEVEL /);
  });

  it.each(PROGRAM_SETTINGS.secrets!)('%s is known to be a secret', (name) => {
    expect(PROGRAM_SETTINGS.descriptions).toHaveProperty(name);
  });
});

describe('settings that do not go together', () => {
  it.each<[string, Record<string, string>, string]>([
    ['two databases', { DATABASE_URL: 'postgres://db/shop', DB_HOST: 'db' }, 'DATABASE_URL and DB_HOST'],
    ['a relay without consumers and Kafka', { ROLES: 'api,relay' }, 'ROLES'],
    ['consumers without a relay and Kafka', { ROLES: 'consumer' }, 'ROLES'],
    ['workers without a relay and Kafka', { ROLES: 'api,worker' }, 'ROLES'],
  ])('are named: %s', (_, variables, expected) => {
    const faults = faultsOf(variables);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(expected);
  });

  it.each(['relay', 'worker'])('may be split among processes when Kafka is between them: %s', (role) => {
    expect(faultsOf({ ROLES: role, KAFKA_BROKERS: 'a:9092' })).toEqual([]);
  });

  it('a relay and consumers may be without workers', () => {
    expect(faultsOf({ ROLES: 'api,consumer,relay' })).toEqual([]);
  });
});

describe('the other name of a setting', () => {
  it.each<[string, string, SettingName, unknown]>([
    ['REDIS_ADDR', 'redis.internal:6379', 'REDIS_URL', 'redis://redis.internal:6379'],
    ['REDIS_ADDR', ' [::1]:6379 ', 'REDIS_URL', 'redis://[::1]:6379'],
    ['PG_MAX_CONNS', '40', 'DB_POOL_SIZE', 40],
    ['APP_KAFKA__BROKERS', 'a:9092, b:9092', 'KAFKA_BROKERS', ['a:9092', 'b:9092']],
  ])('%s="%s" counts where %s is not given', (alias, text, name, held) => {
    expect(load({ [alias]: text })).toEqual({ ...load({}), [name]: held });
    expect(load({ [alias]: text, [name]: '' })[name]).toEqual(held);
  });

  it('counts for nothing where the setting is given by its own, nor where it is empty', () => {
    const own = { REDIS_URL: 'redis://cache', DB_POOL_SIZE: '20' };
    expect(load({ ...own, REDIS_ADDR: 'other:6379', PG_MAX_CONNS: '40' })).toEqual(load(own));
    expect(load({ ...own, REDIS_ADDR: 'x', PG_MAX_CONNS: 'x' })).toEqual(load(own));
    expect(load({ REDIS_ADDR: '', PG_MAX_CONNS: '' })).toEqual(load({}));
  });

  it.each([
    ['0.0.0.0:8081', '0.0.0.0', 8081],
    ['[::1]:8080', '::1', 8080],
    [' waybill.example:0 ', 'waybill.example', 0],
    ['h:65535', 'h', 65_535],
  ])('APP_WEBSERVICE__ADDRESS="%s" is both SERVER_HOST and SERVER_PORT', (text, host, port) => {
    const both = { SERVER_HOST: host, SERVER_PORT: port };
    expect(load({ APP_WEBSERVICE__ADDRESS: text })).toEqual({ ...load({}), ...both });
    expect(load({ APP_WEBSERVICE__ADDRESS: text, SERVER_PORT: '7' })).toMatchObject({
      ...both,
      SERVER_PORT: 7,
    });
    expect(load({ APP_WEBSERVICE__ADDRESS: text, SERVER_HOST: 'own' })).toMatchObject({
      ...both,
      SERVER_HOST: 'own',
    });
  });

  it('counts in the files of settings too', () => {
    writeFileSync(join(directory, '.env'), 'PG_MAX_CONNS=40\nREDIS_ADDR=redis-1:6379\n');
    expect(load({ PG_MAX_CONNS: '50' })).toMatchObject({
      DB_POOL_SIZE: 50,
      REDIS_URL: 'redis://redis-1:6379',
    });
    expect(load({ DB_POOL_SIZE: '60', REDIS_ADDR: '' })).toMatchObject({
      DB_POOL_SIZE: 60,
      REDIS_URL: undefined,
    });
  });

  it.each([
    ['PG_MAX_CONNS', '2', 'a whole number from 4 to 1000'],
    ['PG_MAX_CONNS', 'many', 'a whole number from 4 to 1000'],
    ['REDIS_ADDR', 'x', 'host:port, such as redis-1:6379'],
    ['REDIS_ADDR', 'redis:0', 'host:port, such as redis-1:6379'],
    ['REDIS_ADDR', 'redis://redis:6379', 'host:port, such as redis-1:6379'],
    ['REDIS_ADDR', '  ', 'host:port, such as redis-1:6379'],
    ...['8080', ':8080', 'h', 'h:', 'h:65536', '::1:8080', 'http://h:80', 'h:80/x'].map((text) => [
      'APP_WEBSERVICE__ADDRESS',
      text,
      'host:port, such as 0.0.0.0:8080 or [::1]:8080',
    ]),
    ['APP_KAFKA__BROKERS', 'a', 'a comma-separated list of host:port, such as kafka-1:9092,kafka-2:9092'],
  ])('is what the fault of %s="%s" names', (alias, text, expected) =>
    expect(faultsOf({ [alias]: text })).toEqual([
      `${alias} is ${JSON.stringify(text)}: expected ${expected}`,
    ]),
  );

  it('shows no password that was written under it', () =>
    expect(faultsOf({ REDIS_ADDR: 'redis://:hunter2@cache:6379' })).toEqual([
      'REDIS_ADDR holds a value (hidden): expected host:port, such as redis-1:6379',
    ]));
});

describe('the files of settings', () => {
  const write = (name: string, ...lines: string[]): void =>
    writeFileSync(join(directory, name), lines.join('\n'));

  it('count in the order .env, .env.local, environment, the last one winning', () => {
    write(
      '.env',
      'SERVER_PORT=1',
      'DB_PORT=1',
      'KAFKA_CLIENT_ID=one',
      '# a comment',
      'DB_USER="quoted user"',
    );
    write('.env.local', 'DB_PORT=2', 'KAFKA_CLIENT_ID=two');
    expect(load({ KAFKA_CLIENT_ID: 'three' })).toMatchObject({
      SERVER_PORT: 1,
      DB_PORT: 2,
      KAFKA_CLIENT_ID: 'three',
      DB_USER: 'quoted user',
    });
  });

  it('can be emptied by the environment', () => {
    write('.env', 'KAFKA_BROKERS=a:9092');
    expect(load({}).KAFKA_BROKERS).toEqual(['a:9092']);
    expect(load({ KAFKA_BROKERS: '' }).KAFKA_BROKERS).toBeUndefined();
  });

  it('have their faults named like those of the environment', () => {
    write('.env.local', 'SERVER_PORT=http');
    expect(faultsOf({})).toEqual(['SERVER_PORT is "http": expected a whole number from 0 to 65535']);
  });

  it('stop the start when they are there and cannot be read', () => {
    mkdirSync(join(directory, '.env'));
    expect(faultsOf({})).toMatchObject([expect.stringMatching(/^\.env cannot be read: EISDIR/)]);
  });
});

describe('what reaches the program from libpq', () => {
  it.each(['require', 'verify-ca', 'verify-full'])(
    'PGSSLMODE=%s is no promise that is broken',
    (PGSSLMODE) => {
      const targets: Record<string, string>[] = [{ DB_HOST: 'db' }, { DATABASE_URL: 'postgres://db/shop' }];
      for (const target of targets) {
        expect(faultsOf({ PGSSLMODE, ...target })).toEqual([
          `PGSSLMODE is "${PGSSLMODE}", which is not read: expected DB_SSL_MODE, or sslmode in DATABASE_URL, to say it, or PGSSLMODE not set`,
        ]);
      }
      expect(faultsOf({ PGSSLMODE, DATABASE_URL: 'postgres://db/shop?sslmode=require' })).toEqual([]);
      expect(faultsOf({ PGSSLMODE, DB_HOST: 'db', DB_SSL_MODE: 'disable' })).toEqual([]);
      expect(faultsOf({ PGSSLMODE })).toEqual([]);
    },
  );

  it('PGSSLMODE=disable promises nothing', () =>
    expect(faultsOf({ PGSSLMODE: 'disable', DB_HOST: 'db' })).toEqual([]));
});
