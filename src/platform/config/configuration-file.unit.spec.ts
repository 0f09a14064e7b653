import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultsOfLoading } from '../../../test/support/setting-faults.js';
import { CUSTOMERS_SETTINGS } from '../../customers/customers.settings.js';
import { ORDERS_SETTINGS } from '../../orders/orders.settings.js';
import { PAYMENTS_SETTINGS } from '../../payments/payments.settings.js';
import { PROMOS_SETTINGS } from '../../promos/promos.settings.js';
import { SENSORS_SETTINGS } from '../../sensors/sensors.settings.js';
import { loadSettings } from './load-environment.js';
import { settingsWithoutEffect } from './settings-without-effect.js';

const GROUPS = [ORDERS_SETTINGS, PAYMENTS_SETTINGS, SENSORS_SETTINGS, PROMOS_SETTINGS, CUSTOMERS_SETTINGS];

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-file-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

type Texts = Record<string, string>;

/** The environment of a program that has this file of settings. */
function withFile(text: string | Buffer, variables: Texts = {}): Texts {
  writeFileSync(join(directory, 'w.yaml'), text);
  return { CONFIG_FILE: 'w.yaml', STATIC_DIR: directory, ...variables };
}

/** All settings by their names. */
function load(text: string | Buffer, variables?: Texts): Record<string, unknown> {
  const settings = loadSettings(GROUPS, withFile(text, variables), directory);
  return Object.assign({}, ...settings.all().map(([, one]) => one)) as Record<string, unknown>;
}

const faultsOf = (text: string | Buffer, variables?: Texts): readonly string[] =>
  faultsOfLoading(() => load(text, variables));

const toldOf = (text: string, variables?: Texts): string[] =>
  settingsWithoutEffect(withFile(text, variables), directory, GROUPS);

describe('a file of settings', () => {
  it.each([
    ['server_port: 8081', { SERVER_PORT: 8081 }],
    ['server_host: "[::1]"', { SERVER_HOST: '::1' }],
    ['roles: [api, consumer, relay]', { ROLES: ['api', 'consumer', 'relay'] }],
    ['roles: api', { ROLES: ['api'] }],
    ['kafka_brokers:\n  - a:9092\n  - "[::1]:9092"', { KAFKA_BROKERS: ['a:9092', '[::1]:9092'] }],
    ['kafka_brokers: a:9092, b:9092', { KAFKA_BROKERS: ['a:9092', 'b:9092'] }],
    [
      'customers: {max_bytes: 1073741825, writes: on}',
      { CUSTOMERS_MAX_BYTES: 1_073_741_825, CUSTOMERS_WRITES: 'on' },
    ],
    ['sensors:\n  count: 3', { SENSORS_COUNT: 3 }],
    ['orders: {kafka_topic: other, search: off}', { KAFKA_TOPIC: 'other', SEARCH: 'off' }],
    [
      'payments: {topic: one, payment_status_topic: two}',
      { PAYMENTS_TOPIC: 'one', PAYMENT_STATUS_TOPIC: 'two' },
    ],
    ['webservice: {address: "[::1]:0"}', { SERVER_HOST: '::1', SERVER_PORT: 0 }],
    [
      'webservice:\n  address: 0.0.0.0:8085\n  prefix: /v2',
      { SERVER_HOST: '0.0.0.0', SERVER_PORT: 8085, CUSTOMERS_PREFIX: '/v2' },
    ],
    [
      'kafka: {brokers: [a:1, b:2], group_id: g, topic: t}',
      { KAFKA_BROKERS: ['a:1', 'b:2'], CUSTOMERS_GROUP_ID: 'g', CUSTOMERS_TOPIC: 't', KAFKA_TOPIC: 'orders' },
    ],
    [
      'kafka: {schema_registry_url: "http://u:p@r/x", cache_max_age_seconds: 5}',
      { CUSTOMERS_SCHEMA_REGISTRY_URL: 'http://u:p@r/x', CUSTOMERS_CACHE_MAX_AGE_SECONDS: 5 },
    ],
    ['kafka.brokers: a:1', { KAFKA_BROKERS: ['a:1'] }],
    ['db_host: db\ndb_password: " blanks count "', { DB_HOST: 'db', DB_PASSWORD: ' blanks count ' }],
    [
      'db_host: db\ndb_user: yes\ndb_name: 0x1F\ndb_password: 1e3',
      { DB_USER: 'yes', DB_NAME: '0x1F', DB_PASSWORD: '1e3' },
    ],
    ['{"server_port": 8082, "sensors": {"count": 4}}', { SERVER_PORT: 8082, SENSORS_COUNT: 4 }],
    ['\u{FEFF}server_port: 8083\r\nlog_level: warn\r\n', { SERVER_PORT: 8083, LOG_LEVEL: 'warn' }],
    ['kafka_brokers: a:1\nkafka: {brokers: [a:1]}', { KAFKA_BROKERS: ['a:1'] }],
  ])('%j counts', (text, held) => expect(load(text)).toMatchObject(held));

  it.each([
    '',
    '# nothing',
    '---\n...\n',
    'server_port:',
    'server_port: ~',
    'server_port: null',
    'server_port: ""',
    'kafka_brokers: []',
    'customers:',
    'customers: {}',
    'customers: {topic: }',
  ])('%j sets nothing', (text) => expect(load(text)).toEqual(load('')));

  it('stands behind the environment and .env, and empty variables set nothing', () => {
    const text =
      'server_port: 1\nsensors: {count: 2}\nkafka: {topic: t}\ncontexts: customers\nwebservice: {prefix: /f}';
    writeFileSync(join(directory, '.env'), 'SENSORS_COUNT=3\n');
    expect(load(text, { SERVER_PORT: '' })).toMatchObject({
      SERVER_PORT: 1,
      SENSORS_COUNT: 3,
      CUSTOMERS_TOPIC: 't',
    });
    const variables = { SERVER_PORT: '4', CUSTOMERS_TOPIC: 'own', APP_WEBSERVICE__PREFIX: '/alias' };
    expect(load(text, variables)).toMatchObject({
      SERVER_PORT: 4,
      CUSTOMERS_TOPIC: 'own',
      CUSTOMERS_PREFIX: '/alias',
    });
    expect(load('server_port: 1', { APP_WEBSERVICE__ADDRESS: 'h:5' })).toMatchObject({
      SERVER_HOST: 'h',
      SERVER_PORT: 5,
    });
  });

  it('may be named by .env, and by its whole path', () => {
    const { CONFIG_FILE, ...others } = withFile('server_port: 9');
    writeFileSync(join(directory, '.env'), `CONFIG_FILE=${CONFIG_FILE}\n`);
    const loaded = (variables: Texts) => loadSettings(GROUPS, variables, directory).all()[0]![1];
    expect(loaded(others)).toMatchObject({ SERVER_PORT: 9 });
    expect(loaded({ ...others, CONFIG_FILE: join(directory, 'w.yaml') })).toMatchObject({ SERVER_PORT: 9 });
  });
});

describe('a value of a file', () => {
  it.each([
    ['server_port: x', 'server_port in w.yaml is "x": expected a whole number from 0 to 65535'],
    ['server_port: 0o17', 'server_port in w.yaml is "0o17": expected a whole number from 0 to 65535'],
    ['server_port: 1e3', 'server_port in w.yaml is "1e3": expected a whole number from 0 to 65535'],
    [
      'sensors: {count: 99999999999999999999}',
      'sensors.count in w.yaml is "99999999999999999999": expected a whole number from 1 to 999',
    ],
    ['customers: {writes: true}', 'customers.writes in w.yaml is "true": expected one of on, off'],
    [
      'webservice: {address: ":8080"}',
      'webservice.address in w.yaml is ":8080": expected host:port, such as 0.0.0.0:8080 or [::1]:8080',
    ],
    [
      'kafka: {brokers: [a:1, b]}',
      'kafka.brokers in w.yaml is "a:1,b": expected a comma-separated list of host:port, such as kafka-1:9092,kafka-2:9092',
    ],
    [
      'database_url: mysql://u:hunter2@h/x',
      'database_url in w.yaml holds a value (hidden): expected a URL that begins with postgres:// or postgresql:// and names one host',
    ],
    [
      'redis_url: redis://u:hunter2@h/x',
      'redis_url in w.yaml has something else than a number after the slash: expected the number of a database',
    ],
    [
      'payments: {webhook_secrets: [hunter2]}',
      'payments.webhook_secrets in w.yaml holds a value (hidden): expected a comma-separated list of whsec_ and 24 to 64 bytes in base64',
    ],
    [
      'kafka: {schema_registry_url: "http://u:hunter2@h?a=b"}',
      'kafka.schema_registry_url in w.yaml has the parameter a, which is not honoured: expected none',
    ],
    [
      'payments: {topic: one, payment_status_topic: one}',
      'payments.topic in w.yaml and payments.payment_status_topic in w.yaml are both one: expected two names',
    ],
  ])('%j is named by its key', (text, fault) => expect(faultsOf(text)).toEqual([fault]));

  it('does not fill the screen', () =>
    expect(faultsOf(`server_port: ${'x'.repeat(10_000)}`)[0]!.length).toBeLessThan(500));

  it('is named beside a variable that it does not go with', () =>
    expect(faultsOf('db_host: db', { DATABASE_URL: 'postgres://h/x' })).toEqual([
      'DATABASE_URL and db_host in w.yaml are both set: expected one of them',
    ]));

  it('counts when it is told what has no effect', () => {
    expect(toldOf('db_port: 1')).toEqual([
      'db_port in w.yaml is set without DB_HOST or DATABASE_URL: the embedded PostgreSQL is used',
    ]);
    expect(toldOf('db_host: db', { DB_PORT: '1' })).toEqual([]);
    expect(toldOf('contexts: [promos]', { REQUEST_TIMEOUT: '1' })).toHaveLength(1);
    expect(toldOf('contexts: [orders]', { REQUEST_TIMEOUT: '1' })).toEqual([]);
  });
});

describe('two keys that say the same setting', () => {
  it.each([
    [
      'server_port: 1\nwebservice: {address: h:2}',
      'server_port and webservice.address in w.yaml both say what SERVER_PORT is, and differ: expected one of them',
    ],
    [
      'kafka: {topic: a}\ncustomers: {topic: b}',
      'kafka.topic and customers.topic in w.yaml both say what CUSTOMERS_TOPIC is, and differ: expected one of them',
    ],
    [
      'server_port: 1\nserver_host: h\nwebservice: {address: nonsense}',
      'webservice.address in w.yaml is "nonsense": expected host:port, such as 0.0.0.0:8080 or [::1]:8080',
    ],
  ])('%j are a fault', (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
    expect(faultsOf(text, { SERVER_PORT: '3', CUSTOMERS_TOPIC: 'c' })).toEqual([fault]);
  });
});

describe('a key of a file that is none', () => {
  it.each([
    ['customers: {max_byte: 1}', 'customers.max_byte', 'customers.max_bytes'],
    ['custmers: {max_bytes: 1}', 'custmers', 'customers'],
    ['customers_max_bytes: 1', 'customers_max_bytes', 'customers.max_bytes'],
    ['customers: {customers_topic: x}', 'customers.customers_topic', 'customers.topic'],
    ['SERVER_PORT: 1', 'SERVER_PORT', 'server_port'],
    ['server-port: 1', 'server-port', 'server_port'],
    ['server_prot: 1', 'server_prot', 'server_port'],
    ['server: {port: 1}', 'server.port', 'server_port'],
    ['kafka: {client_id: x}', 'kafka.client_id', 'kafka_client_id'],
    ['kafka_topic: x', 'kafka_topic', 'orders.kafka_topic'],
    ['redis_addr: h:1', 'redis_addr', 'redis_url'],
  ])('%j is refused with what was meant', (text, key, meant) =>
    expect(faultsOf(`# a comment\n${text}`)).toEqual([
      `w.yaml, line 2: ${key} is no setting of Waybill's: did you mean ${meant}?`,
    ]),
  );

  it.each([
    [
      'foo: 1',
      "w.yaml, line 1: foo is no setting of Waybill's: expected the name of one in lower case, or one of the sections orders, payments, sensors, promos, customers, webservice, kafka",
    ],
    [
      'foo: {bar: 1}',
      "w.yaml, line 1: foo is no setting of Waybill's: expected the name of one in lower case, or one of the sections orders",
    ],
    ['config_file: x', "w.yaml, line 1: config_file is no setting of Waybill's: expected"],
    [
      'sensors: {foo: 1}',
      "w.yaml, line 1: sensors.foo is no setting of Waybill's: expected one of topic, count, interval_ms, retention_days in the section sensors",
    ],
    [
      'sensors: 5',
      'w.yaml, line 1: sensors is a section: expected keys below it (topic, count, interval_ms, retention_days)',
    ],
    ['sensors: [count]', 'w.yaml, line 1: sensors is a section: expected keys below it'],
    ['server_port: [1]', 'w.yaml, line 1: server_port holds a list: expected a single value'],
    ['server_port: {a: 1}', 'w.yaml, line 1: server_port holds further keys: expected a single value'],
    ['roles: {api: on}', 'w.yaml, line 1: roles holds further keys: expected a list, or a text with commas'],
    [
      'roles: [api, {a: 1}]',
      'w.yaml, line 1: roles holds a list of something else than texts: expected a list',
    ],
    ['roles: [api, ~]', 'w.yaml, line 1: roles holds a list of something else than texts: expected a list'],
    [
      'server_port: 1\nserver_port: 1',
      'w.yaml, line 2: server_port is there already, on line 1: expected it once',
    ],
    [
      'sensors: {}\nlog_level: info\nsensors: {}',
      'w.yaml, line 3: sensors is there already, on line 1: expected it once',
    ],
    [
      'kafka.topic: a\nkafka: {topic: a}',
      'w.yaml, line 2: kafka.topic is there already, on line 1: expected it once',
    ],
    [
      '{database_url:postgres://u:hunter2@h/x}',
      "w.yaml, line 1: a key (hidden) is no setting of Waybill's: expected a name, a colon and a blank",
    ],
    ['? [a]\n: b', "w.yaml, line 1: a key (hidden) is no setting of Waybill's"],
  ])('%j is refused', (text, fault) => {
    const faults = faultsOf(text);
    expect(faults).toEqual([expect.stringContaining(fault)]);
    expect(faults.join()).not.toContain('hunter2');
  });

  it('is told together with others, and with faults of the environment, up to a number', () => {
    expect(faultsOf('foo: 1\nserver_port: x', { ROLES: 'cook' }).map((line) => line.split(' ')[0])).toEqual([
      'w.yaml,',
      'server_port',
      'ROLES',
    ]);
    const many = Array.from({ length: 500 }, (_, i) => `foo${i}: 1`).join('\n');
    expect(faultsOf(many)).toHaveLength(21);
  });
});
