import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ORDERS_SETTINGS } from '../../orders/orders.settings.js';
import { PROMOS_SETTINGS } from '../../promos/promos.settings.js';
import { PROGRAM_SETTINGS } from './environment.js';
import { misspeltSettings } from './misspelt-settings.js';
import { variablesOf } from './setting-group.js';

const SETTINGS = variablesOf([PROGRAM_SETTINGS, ORDERS_SETTINGS, PROMOS_SETTINGS]);
const meant = (variable: string): string | undefined => misspeltSettings([variable], SETTINGS)[0]?.setting;

describe('a variable whose name is close to a setting', () => {
  it.each([
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['KAFKA_BORKERS', 'KAFKA_BROKERS'],
    ['kafka_brokers', 'KAFKA_BROKERS'],
    ['KAFKA-BROKERS', 'KAFKA_BROKERS'],
    ['WAYBILL_KAFKA_BROKERS', 'KAFKA_BROKERS'],
    ['WAYBILL_ROLES', 'ROLES'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['DB_HOTS', 'DB_HOST'],
    ['DB_PASS', 'DB_PASSWORD'],
    ['DB_HOST_FILE', 'DB_HOST'],
    ['DB_USERS_FILE', 'DB_USER_FILE'],
    ['DB_PASSWORDS_FILE', 'DB_PASSWORD_FILE'],
    ['DB_USERNAME', 'DB_USER'],
    ['REDIS_URI', 'REDIS_URL'],
    ['CACHE_TTL', 'CACHE_TTL_SECONDS'],
    ['CACHE_MAX_BYTE', 'CACHE_MAX_BYTES'],
    ['SERVER_PROT', 'SERVER_PORT'],
    ['SERVERPORT', 'SERVER_PORT'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['ROLE', 'ROLES'],
    ['DATA_DIRR', 'DATA_DIR'],
    ['ORDER_TOTAL', 'ORDER_TOTALS'],
    ['REDIS_ADDRESS', 'REDIS_ADDR'],
    ['PG_MAX_CONN', 'PG_MAX_CONNS'],
    ['REQUEST_TIMEOUT', 'REQUEST_TIMEOUT_MS'],
  ])('%s was meant as %s', (variable, setting) => expect(meant(variable)).toBe(setting));

  it.each(SETTINGS)('%s itself is no fault', (setting) => expect(meant(setting)).toBeUndefined());

  it.each(['REDIS_ADDR', 'PG_MAX_CONNS', 'REQUEST_TIMEOUT_MS'])('%s is none either', (alias) =>
    expect(SETTINGS).toContain(alias),
  );
});

describe('a variable of others', () => {
  it.each([
    ...[
      'PATH',
      'HOME',
      'HOSTNAME',
      'HOST',
      'PORT',
      'USER',
      'SHELL',
      'TERM',
      'LANG',
      'LC_ALL',
      'TZ',
      'TMPDIR',
    ],
    ...[
      'NODE_ENV',
      'NODE_OPTIONS',
      'npm_config_cache',
      'npm_package_bin_waybill',
      'JAVA_HOME',
      'CI',
      'DEBUG',
    ],
    ...[
      'KAFKA_HOME',
      'KAFKA_OPTS',
      'KAFKA_HOST',
      'KAFKA_HEAP_OPTS',
      'KAFKA_LOG_DIRS',
      'KAFKA_',
      'DB_',
      'DB_TYPE',
    ],
    ...['XDG_DATA_DIRS', 'XDG_DATA_HOME', 'PGDATA', 'PGHOST', 'REDIS_HOST', 'REDIS_PASSWORD', 'SERVER_NAME'],
    // What Kubernetes gives every container for each service.
    ...['REDIS_PORT', 'REDIS_SERVICE_HOST', 'KAFKA_SERVICE_PORT', 'DB_PORT_5432_TCP', 'DB_SERVICE_HOST'],
  ])('%s means nothing of ours', (variable) => expect(meant(variable)).toBeUndefined());

  it('of docker-compose.yml is none either', () => {
    const compose = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
    const names = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(5);
    expect(misspeltSettings(names, SETTINGS)).toEqual([]);
  });
});
