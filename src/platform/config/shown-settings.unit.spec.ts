import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTEXTS } from '../../app.module.js';
import { PROGRAM_SETTINGS } from './environment.js';
import { givenSettings } from './given-settings.js';
import { loadSettings } from './load-environment.js';
import { type ShownSetting, shownSettings } from './shown-settings.js';

const OF_CONTEXTS = CONTEXTS.flatMap(({ settings = [] }) => settings);
const GROUPS = [PROGRAM_SETTINGS, ...OF_CONTEXTS];

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-shown-'));
  mkdirSync(join(directory, 'web'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};

function shown(variables: Record<string, string>): Map<string, ShownSetting> {
  const all = { STATIC_DIR: join(directory, 'web'), ...variables };
  const settings = loadSettings(OF_CONTEXTS, all, directory);
  const list = shownSettings(settings, GROUPS, givenSettings(all, directory, GROUPS));
  return new Map(list.map((one) => [one.name, one]));
}

const MARK = 'xXhunter2Xx';
const WEBHOOK_SECRET = `whsec_${Buffer.from(MARK.repeat(3)).toString('base64')}`;

/** Secrets that are not any text, and one that each may be. */
const TEXTS: Readonly<Record<string, string>> = {
  DATABASE_URL: `postgres://waybill:${MARK}@db:5433/shop?sslmode=require`,
  REDIS_URL: `rediss://cache:${MARK}@redis/2`,
  CUSTOMERS_SCHEMA_REGISTRY_URL: `https://registry:${MARK}@schemas.example/${MARK}`,
  PAYMENTS_WEBHOOK_SECRETS: WEBHOOK_SECRET,
  TRACKING_WEBHOOK_SECRETS: WEBHOOK_SECRET,
};

/** What a secret is of no use without. */
const BESIDE: Readonly<Record<string, Record<string, string>>> = {
  KAFKA_SASL_PASSWORD: {
    ...{ KAFKA_BROKERS: 'kafka:9093', KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_USERNAME: 'waybill' },
  },
  KAFKA_SASL_OAUTH_CLIENT_SECRET: {
    ...{ KAFKA_BROKERS: 'kafka:9093', KAFKA_SASL_MECHANISM: 'OAUTHBEARER' },
    ...{ KAFKA_SASL_OAUTH_ENDPOINT: 'https://idp.example/token', KAFKA_SASL_OAUTH_CLIENT_ID: 'waybill' },
  },
  REDIS_PASSWORD: { REDIS_URL: 'redis://cache' },
  DB_PASSWORD: { DB_HOST: 'db' },
};

const SECRETS = GROUPS.flatMap(({ secrets = [] }) => secrets);

const inDotEnv = (name: string, text: string): Record<string, string> => {
  write('.env', `${name}='${text}'\n`);
  return {};
};

/** How a secret may be given, and where it is said to come from. */
const WAYS: [string, (name: string, text: string) => Record<string, string>, RegExp][] = [
  ['the environment', (name, text) => ({ [name]: text }), /^environment$/],
  ['.env', inDotEnv, /^\.env$/],
  ['a file of its own', (name, text) => ({ [`${name}_FILE`]: write('secret', text) }), /^environment$/],
  [
    'the configuration file',
    (name, text) => ({ CONFIG_FILE: write('waybill.yaml', inFile(name, text)) }),
    /^configuration file$/,
  ],
];

/** Those of a context stand in the section of its name. */
function inFile(name: string, text: string): string {
  const context = GROUPS.find(({ secrets = [] }) => secrets.includes(name))!.context;
  const key = name.toLowerCase();
  return context === undefined
    ? `${key}: "${text}"\n`
    : `${context}:\n  ${key.replace(`${context}_`, '')}: "${text}"\n`;
}

describe('settings that are shown', () => {
  it.each(WAYS)('are without any secret that stands in %s', (_, give, source) => {
    expect(SECRETS.length).toBeGreaterThanOrEqual(9);
    for (const name of SECRETS) {
      const text = TEXTS[name] ?? MARK;
      const all = shown({
        ...BESIDE[name],
        ...give(name, text),
        CONTEXTS: name.startsWith('KAFKA') ? 'orders' : 'all',
      });
      const setting = all.get(name)!;
      expect(setting.value, name).toMatch(/^\(hidden\)$|^(postgres|rediss|https):\/\/[a-z.]+(:5433)?/);
      expect(setting.source.kind, name).toMatch(source);
      const printed = JSON.stringify([...all.values()]);
      expect(printed, name).not.toContain(MARK);
      expect(printed, name).not.toContain(WEBHOOK_SECRET);
      rmSync(join(directory, '.env'), { force: true });
    }
  });

  it('tell of a URL with a password where it leads, unless it stands in a file of its own', () => {
    const valueOf = (variables: Record<string, string>, name: string) => shown(variables).get(name)!.value;
    expect(valueOf({ DATABASE_URL: TEXTS.DATABASE_URL! }, 'DATABASE_URL')).toBe(
      'postgres://db:5433/shop?sslmode=require',
    );
    expect(valueOf({ REDIS_URL: TEXTS.REDIS_URL! }, 'REDIS_URL')).toBe('rediss://redis/2');
    const file = write('url', TEXTS.DATABASE_URL!);
    expect(shown({ DATABASE_URL_FILE: file }).get('DATABASE_URL')).toEqual({
      name: 'DATABASE_URL',
      value: '(hidden)',
      source: { kind: 'environment', variable: 'DATABASE_URL_FILE', secretFile: file },
    });
  });

  it('hide what may hold a secret, though it is none', () => {
    // With KAFKA_BROKERS it would be refused.
    const all = shown({ KAFKA_SASL_OAUTH_ENDPOINT: `https://me:${MARK}@idp.example/token?key=${MARK}` });
    expect(all.get('KAFKA_SASL_OAUTH_ENDPOINT')!.value).toBe('https://(hidden)@idp.example/token?(hidden)');
    const command = shown({
      ...{ KAFKA_BROKERS: 'kafka:9093', KAFKA_SASL_MECHANISM: 'OAUTHBEARER' },
      KAFKA_SASL_OAUTH_COMMAND: `fetch-token --secret ${MARK}`,
    });
    expect(command.get('KAFKA_SASL_OAUTH_COMMAND')!.value).toBe('(hidden)');
  });

  it('say where each comes from: the environment before .env.local, .env, the file and the default', () => {
    write('.env', 'LOG_LEVEL=debug\nROLES=api\nDB_POOL_SIZE=20\nSERVER_PORT=8081\n');
    write('.env.local', 'LOG_LEVEL=warn\nROLES=api,consumer,relay\n');
    const file = write('waybill.yaml', 'server_port: 8082\nserver_host: "::1"\n');
    const all = shown({ CONFIG_FILE: file, LOG_LEVEL: 'error', REDIS_ADDR: 'cache:6379', SERVER_PORT: '' });
    const told = (name: string) => {
      const { value, source } = all.get(name)!;
      return [value, source];
    };
    expect(told('LOG_LEVEL')).toEqual(['error', { kind: 'environment' }]);
    expect(told('ROLES')).toEqual([['api', 'consumer', 'relay'], { kind: '.env.local' }]);
    expect(told('DB_POOL_SIZE')).toEqual([20, { kind: '.env' }]);
    expect(told('SERVER_PORT')).toEqual([
      8082,
      { kind: 'configuration file', variable: `server_port in ${file}` },
    ]);
    expect(told('SERVER_HOST')[0]).toBe('::1');
    expect(told('REDIS_URL')).toEqual([
      'redis://cache:6379',
      { kind: 'environment', variable: 'REDIS_ADDR' },
    ]);
    expect(told('DB_HOST')).toEqual([null, { kind: 'default' }]);
    expect(told('DB_PORT')).toEqual([5432, { kind: 'default' }]);
  });
});
