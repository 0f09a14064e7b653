import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { faultsOfLoading } from '../../../test/support/setting-faults.js';
import { ORDERS_SETTINGS } from '../../orders/orders.settings.js';
import { Environment } from './environment.js';
import { loadEnvironment, loadSettings } from './load-environment.js';
import {
  currentValue,
  environmentWithoutSecrets,
  SecretFileError,
  settingOfTopic,
  writtenName,
} from './setting-sources.js';

const directory = mkdtempSync(join(tmpdir(), 'waybill-secrets-'));
const file = join(directory, 'secret');
const load = (variables: Record<string, string>): Environment =>
  loadEnvironment({ STATIC_DIR: directory, ...variables }, directory);
const faultsOf = (variables: Record<string, string>): readonly string[] =>
  faultsOfLoading(() => load(variables));

beforeEach(() => writeFileSync(file, 'hunter2\n'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('a secret in a file of its own', () => {
  it.each([
    ['hunter2\n', 'hunter2'],
    ['hunter2\r\n', 'hunter2'],
    ['hunter2', 'hunter2'],
    [' two words \n\n', ' two words \n'],
    ['a#b%"\'$c', 'a#b%"\'$c'],
    ['\ufeffwörd\r\n', 'wörd'],
  ])('%j is what it holds, without the end of its last line', (content, secret) => {
    writeFileSync(file, content);
    expect(load({ DB_PASSWORD_FILE: file }).DB_PASSWORD).toBe(secret);
  });

  it.each(['DATABASE_URL', 'REDIS_URL'] as const)('may be a whole URL: %s', (name) => {
    const url = name === 'REDIS_URL' ? 'redis://:hunter2@cache' : 'postgres://u:hunter2@db/shop';
    writeFileSync(file, `${url}\n`);
    expect(load({ [`${name}_FILE`]: file })[name]).toBe(url);
  });

  it('may be named by the file of settings', () => {
    const settings = join(directory, 'w.yaml');
    writeFileSync(settings, `db_password_file: ${file}\n`);
    const environment = load({ CONFIG_FILE: settings });
    expect(environment.DB_PASSWORD).toBe('hunter2');
    expect(writtenName(environment, 'DB_PASSWORD')).toBe(`db_password_file in ${settings}`);
  });

  it.each([
    ['is not there', () => rmSync(file), 'cannot be read (ENOENT)'],
    ['is empty', () => writeFileSync(file, '\n'), 'is empty'],
    ['is something else, such as a disk', () => writeFileSync(file, 'x'.repeat(65_537)), 'is too long'],
    ['is of another encoding', () => writeFileSync(file, Buffer.from('w\u00F6rd', 'latin1')), 'is not UTF-8'],
  ])('is a fault of the start where the file %s', (_, spoil, why) => {
    spoil();
    expect(faultsOf({ REDIS_PASSWORD_FILE: file })).toEqual([
      `REDIS_PASSWORD_FILE names ${JSON.stringify(file)}, which ${why}: expected the path of a file that can be read, and holds 1 to 65536 bytes of UTF-8`,
    ]);
  });

  it('is read out of no pipe, which nobody may ever write into', () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(faultsOf({ DB_PASSWORD_FILE: pipe })).toEqual([
      expect.stringMatching(/^DB_PASSWORD_FILE names .*, which cannot be read \(ENOTREG\): expected /),
    ]);
  });

  it('shows nothing of what the file holds where the setting cannot take it', () => {
    const [fault, ...others] = faultsOf({ DATABASE_URL_FILE: file });
    expect(others).toEqual([]);
    expect(fault).toMatch(/^DATABASE_URL_FILE .*: expected /);
    expect(fault).not.toContain('hunter2');
  });

  it('is refused beside the secret itself, since nobody could tell which of them counts', () => {
    expect(faultsOf({ DB_PASSWORD_FILE: file, DB_PASSWORD: 'hunter2' })).toEqual([
      'DB_PASSWORD and DB_PASSWORD_FILE are both set: expected one of them',
    ]);
  });
});

describe('what a setting holds now', () => {
  it('is read anew from the file of a secret', () => {
    const environment = load({ DB_PASSWORD_FILE: file });
    writeFileSync(file, 'changed\n');
    expect(currentValue(environment, 'DB_PASSWORD')).toBe('changed');
    expect(environment.DB_PASSWORD).toBe('hunter2');
    expect(writtenName(environment, 'DB_PASSWORD')).toBe('DB_PASSWORD_FILE');
  });

  it.each(['DB_USER', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_OAUTH_CLIENT_ID', 'REDIS_USERNAME'] as const)(
    'is read anew for the name of an account too, which may be given out for a while: %s',
    (name) => {
      const needed = { REDIS_URL: 'redis://cache', REDIS_PASSWORD: 'p' };
      writeFileSync(file, 'waybill-7\n');
      const environment = load({ ...needed, [`${name}_FILE`]: file });
      writeFileSync(file, 'waybill-8\n');
      expect(currentValue(environment, name)).toBe('waybill-8');
      expect(environment[name]).toBe('waybill-7');
    },
  );

  it('is as it was at the start where it stands in the environment, or was made by hand', () => {
    const environment = load({ DB_PASSWORD: 'given', REDIS_PASSWORD_FILE: file });
    expect(currentValue(environment, 'DB_PASSWORD')).toBe('given');
    expect(writtenName(environment, 'DB_PASSWORD')).toBe('DB_PASSWORD');
    expect(currentValue(new Environment(), 'DB_PASSWORD')).toBe('');
    expect(writtenName(new Environment(), 'DB_PASSWORD')).toBe('DB_PASSWORD');
  });

  it.each([
    ['cannot be read', () => rmSync(file), /names .*secret, which cannot be read \(ENOENT\): expected/],
    ['is empty', () => writeFileSync(file, ''), /names .*secret, which is empty: expected/],
    [
      'holds what the setting cannot take',
      () => writeFileSync(file, 'http://:hunter2@cache'),
      /names .*secret, which holds another value now \(hidden\): expected a URL that begins with redis:/,
    ],
  ])('is an error that names the setting and heals, where the file %s', (_, spoil, said) => {
    writeFileSync(file, 'redis://cache');
    const environment = load({ REDIS_URL_FILE: file });
    spoil();
    const read = (): unknown => currentValue(environment, 'REDIS_URL');
    expect(read).toThrow(SecretFileError);
    expect(read).toThrow(/^REDIS_URL_FILE /);
    expect(read).toThrow(said);
    expect(read).not.toThrow(/hunter2/);
    writeFileSync(file, 'redis://other');
    expect(read()).toBe('redis://other');
  });
});

it('a topic is told with the setting that it has its name from, of whatever group', () => {
  const yaml = join(directory, 'topics.yaml');
  writeFileSync(yaml, 'orders:\n  kafka_topic: from-yaml\n');
  const read = (variables: Record<string, string>): Environment =>
    loadSettings([ORDERS_SETTINGS], { STATIC_DIR: directory, ...variables }, directory).of(Environment);
  expect(settingOfTopic(read({}), 'orders')).toBe('KAFKA_TOPIC');
  expect(settingOfTopic(read({ KAFKA_TOPIC: 'shop.orders' }), 'shop.orders')).toBe('KAFKA_TOPIC');
  expect(settingOfTopic(read({ CONFIG_FILE: yaml }), 'from-yaml')).toBe(`orders.kafka_topic in ${yaml}`);
  expect(settingOfTopic(read({}), 'payments.dead-letter')).toBeUndefined();
  expect(settingOfTopic(new Environment(), 'orders')).toBeUndefined();
});

it('a program that we start is handed no secret, of whatever group', () => {
  const variables = {
    DB_PASSWORD: 'hunter2',
    REDIS_URL: 'redis://:hunter2@cache',
    PATH: '/bin',
    DB_USER: 'shop',
  };
  const read = loadSettings([ORDERS_SETTINGS], { STATIC_DIR: directory, ...variables }, directory);
  expect(environmentWithoutSecrets(read.of(Environment), variables)).toEqual({
    PATH: '/bin',
    DB_USER: 'shop',
  });
});
