import { describe, expect, it } from 'vitest';
import { faultsOfLoading } from '../../test/support/setting-faults.js';
import { loadSettings } from '../platform/config/load-environment.js';
import { settingsWithoutEffect } from '../platform/config/settings-without-effect.js';
import { CUSTOMERS_SETTINGS, CustomersSettings } from './customers.settings.js';

type SettingName = keyof CustomersSettings;

const load = (variables: Record<string, string>, contexts = 'customers'): CustomersSettings =>
  loadSettings([CUSTOMERS_SETTINGS], { CONTEXTS: contexts, ...variables }).of(CustomersSettings);

const faultsOf = (variables: Record<string, string>): readonly string[] =>
  faultsOfLoading(() => load(variables));

const RANGES: [SettingName, number, number][] = [
  ['CUSTOMERS_REGISTRY_TIMEOUT_MS', 10, 60_000],
  ['CUSTOMERS_CACHE_MAX_AGE_SECONDS', 0, 31_536_000],
  ['CUSTOMERS_MAX_BYTES', 1_048_576, Number.MAX_SAFE_INTEGER],
  ['CUSTOMERS_SNAPSHOT_SECONDS', 0, 86_400],
];

const OTHER_NAMES: [string, SettingName, string, unknown][] = [
  ['APP_WEBSERVICE__PREFIX', 'CUSTOMERS_PREFIX', '/shop/v1', '/shop/v1'],
  ['APP_KAFKA__GROUP_ID', 'CUSTOMERS_GROUP_ID', 'sidecar', 'sidecar'],
  ['APP_KAFKA__TOPIC', 'CUSTOMERS_TOPIC', 'accounts', 'accounts'],
  [
    'APP_KAFKA__SCHEMA_REGISTRY_URL',
    'CUSTOMERS_SCHEMA_REGISTRY_URL',
    'http://registry/a',
    'http://registry/a',
  ],
  ['APP_KAFKA__CACHE_MAX_AGE_SECONDS', 'CUSTOMERS_CACHE_MAX_AGE_SECONDS', '60', 60],
];

describe('the settings of customers', () => {
  it('have their defaults where the environment says nothing', () => {
    expect(load({})).toEqual(new CustomersSettings());
    expect(new CustomersSettings()).toMatchObject({
      CUSTOMERS_TOPIC: 'users',
      CUSTOMERS_PREFIX: '/api',
      CUSTOMERS_CACHE_MAX_AGE_SECONDS: 300,
      CUSTOMERS_MAX_BYTES: 2 ** 30,
    });
  });

  it.each(RANGES)('%s may be %i and %i', (name, min, max) => {
    for (const value of [min, max]) expect(load({ [name]: `${value}` })[name]).toBe(value);
    for (const text of [`${min - 1}`, `${max}0`, '30.5', '1e3']) {
      expect(faultsOf({ [name]: text })).toEqual([
        `${name} is ${JSON.stringify(text)}: expected a whole number from ${min} to ${max}`,
      ]);
    }
  });

  it.each(['/api', '/a/b-c/d_e.f~g', '/v1.0', '/...'])('CUSTOMERS_PREFIX may be %s', (text) =>
    expect(load({ CUSTOMERS_PREFIX: text }).CUSTOMERS_PREFIX).toBe(text),
  );

  it.each([
    '/',
    'api',
    '/api/',
    '//api',
    '/a//b',
    '/a b',
    '/%2F',
    '/a?b',
    '/a#b',
    '/:id',
    '/*',
    '/a/../b',
    '/.',
  ])('CUSTOMERS_PREFIX="%s" is refused', (text) =>
    expect(faultsOf({ CUSTOMERS_PREFIX: text })).toEqual([
      expect.stringContaining(`CUSTOMERS_PREFIX is ${JSON.stringify(text)}: expected a path such as /api`),
    ]),
  );

  it.each([
    'http://registry/a',
    'https://reader:p%40ss@registry.example/apis/ccompat/v7',
    'http://[::1]:8081/',
  ])('the Schema Registry may be %s', (url) =>
    expect(load({ CUSTOMERS_SCHEMA_REGISTRY_URL: url }).CUSTOMERS_SCHEMA_REGISTRY_URL).toBe(url),
  );

  it.each([
    [
      'ftp://reader:hunter2@registry',
      'holds a value (hidden): expected a URL that begins with http:// or https://',
    ],
    ['hunter2', 'holds a value (hidden): expected a URL that begins with http:// or https://'],
    ['http://reader:hunter2@registry/?a=b', 'has the parameter a, which is not honoured: expected none'],
    ['http://reader:hunter2@registry/#part', 'has a part behind #: expected none'],
    ['http://reader:hunter2@registry:0', 'has the port 0: expected 1 to 65535'],
    ['http://reader:%FFhunter2@registry', 'has a % that begins no escape of UTF-8'],
  ])('the Schema Registry "%s" is refused, by the name that was written, and not shown', (url, expected) => {
    for (const name of ['CUSTOMERS_SCHEMA_REGISTRY_URL', 'APP_KAFKA__SCHEMA_REGISTRY_URL']) {
      const faults = faultsOf({ [name]: url });
      expect(faults).toEqual([expect.stringContaining(`${name} ${expected}`)]);
      expect(faults.join()).not.toContain('hunter2');
    }
  });

  it.each(OTHER_NAMES)('%s says what %s is, where that says nothing', (alias, name, text, held) => {
    expect(load({ [alias]: text })).toEqual({ ...new CustomersSettings(), [name]: held });
    expect(load({ [alias]: '' })).toEqual(new CustomersSettings());
    const own = name === 'CUSTOMERS_CACHE_MAX_AGE_SECONDS' ? '7' : `${text}2`;
    expect(`${load({ [alias]: text, [name]: own })[name]}`).toBe(own);
    expect(
      settingsWithoutEffect({ CONTEXTS: 'customers', [alias]: text, [name]: own }, undefined, [
        CUSTOMERS_SETTINGS,
      ]),
    ).toEqual([`${alias} is set, and has no effect: ${name} is set too, and says something else`]);
  });

  it('need a registry where there is Kafka', () => {
    const variables = { KAFKA_BROKERS: 'kafka:9092' };
    expect(faultsOf(variables)).toEqual([
      'CUSTOMERS_SCHEMA_REGISTRY_URL is not set: expected a URL, since KAFKA_BROKERS is set, and customers are among CONTEXTS',
    ]);
    expect(load(variables, 'orders')).toEqual(new CustomersSettings());
  });

  it.each(['api', 'consumer,relay', 'api,relay,consumer,producer'])('without Kafka, ROLES=%s', (roles) => {
    const own = faultsOf({ ROLES: roles });
    const isWhole = roles.startsWith('api,');
    expect(own).toEqual(
      isWhole
        ? []
        : [
            `ROLES is "${roles}": expected api, consumer and relay together for customers without KAFKA_BROKERS, since a process hears then of no change that another one makes`,
          ],
    );
    expect(faultsOfLoading(() => load({ ROLES: roles }, 'orders'))).toEqual([]);
    const url = 'http://registry/a';
    expect(
      faultsOf({ ROLES: roles, KAFKA_BROKERS: 'kafka:9092', CUSTOMERS_SCHEMA_REGISTRY_URL: url }),
    ).toEqual([]);
  });

  it('go by other names only where the deployment is for them', () => {
    const variables = Object.fromEntries(OTHER_NAMES.map(([alias]) => [alias, '/ nobody asks']));
    expect(load(variables, 'orders')).toEqual(new CustomersSettings());
    expect(faultsOf(variables)).toHaveLength(OTHER_NAMES.length);
  });
});
