import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONTEXTS } from '../../src/app.module.js';
import { PROGRAM_SETTINGS } from '../../src/platform/config/environment.js';
import { aliasesOf, type SettingGroup } from '../../src/platform/config/setting-group.js';
import { composeSettings, programSettings } from '../../scripts/docs/settings-table.js';

const COMPOSE = join(import.meta.dirname, '..', '..', 'docker-compose.yml');

const allGroups = (): SettingGroup[] => [
  PROGRAM_SETTINGS,
  ...CONTEXTS.flatMap((context) => context.settings ?? []),
];

describe('the table of settings', () => {
  it('says of each setting what its validator accepts', () => {
    const rows = new Map(programSettings().map((row) => [row.name, row]));
    expect(rows.get('SERVER_PORT')).toMatchObject({
      default: '8080',
      mayHold: 'a whole number from 0 to 65535',
    });
    expect(rows.get('ROLES')).toMatchObject({ default: 'api,consumer,relay,worker' });
    expect(rows.get('KAFKA_BROKERS')).toMatchObject({ default: '' });
    const unchecked = [...rows.values()].filter(({ mayHold }) => mayHold === 'any text');
    expect(unchecked.map(({ name }) => name)).toEqual([
      'DB_PASSWORD',
      'KAFKA_SASL_PASSWORD',
      'KAFKA_SASL_OAUTH_CLIENT_SECRET',
      'REDIS_PASSWORD',
    ]);
  });

  it('says which other names a setting is taken by', () => {
    const purposes = new Map(programSettings().map(({ name, purpose }) => [name, purpose]));
    expect(purposes.get('REDIS_URL')).toMatch(/; also as REDIS_ADDR \(host:port\)$/);
    expect(purposes.get('DB_PASSWORD')).toMatch(
      /; also as DB_PASSWORD_FILE \(path of a file that holds it\)$/,
    );
    expect(purposes.get('DB_POOL_SIZE')).toMatch(/; also as PG_MAX_CONNS$/);
    expect(purposes.get('PROMOS_REQUEST_TIMEOUT_MS')).toMatch(/; also as REQUEST_TIMEOUT_MS$/);
    expect(purposes.get('PROMOS_CACHE_TTL_SECONDS')).toMatch(/; also as CACHE_TTL_SECONDS$/);
    for (const name of ['SERVER_HOST', 'SERVER_PORT'])
      expect(purposes.get(name)).toMatch(/; also as APP_WEBSERVICE__ADDRESS \(host:port\)$/);
    expect(purposes.get('KAFKA_BROKERS')).toMatch(/; also as APP_KAFKA__BROKERS$/);
    const aliases = allGroups().flatMap(aliasesOf);
    expect([...purposes.values()].join().match(/; also as /g)).toHaveLength(aliases.length);
  });

  it('has the ports of docker-compose.yml, with their defaults', () => {
    const defaults = Object.fromEntries(
      composeSettings(readFileSync(COMPOSE, 'utf8')).map((row) => [row.name, row.default]),
    );
    expect(defaults).toMatchObject({
      PROMETHEUS_PORT: '9090',
      GRAFANA_PORT: '3000',
      POSTGRES_EXPORTER_PORT: '9187',
      KAFKA_EXPORTER_PORT: '9308',
    });
  });

  it('refuses a variable of docker-compose.yml that nobody has described', () => {
    expect(() => composeSettings('ports: ["${NEW_PORT:-1234}:80"]')).toThrow('NEW_PORT');
  });
});
