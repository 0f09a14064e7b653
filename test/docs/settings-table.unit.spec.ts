import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { composeSettings, programSettings } from '../../scripts/docs/settings-table.js';

const COMPOSE = join(import.meta.dirname, '..', '..', 'docker-compose.yml');

describe('the table of settings', () => {
  it('says of each setting what its validator accepts', () => {
    const rows = new Map(programSettings().map((row) => [row.name, row]));
    expect(rows.get('SERVER_PORT')).toMatchObject({
      default: '8080',
      mayHold: 'a whole number from 0 to 65535',
    });
    expect(rows.get('ROLES')).toMatchObject({ default: 'api,consumer,relay' });
    expect(rows.get('KAFKA_BROKERS')).toMatchObject({ default: '' });
    const unchecked = [...rows.values()].filter(({ mayHold }) => mayHold === 'any text');
    expect(unchecked.map(({ name }) => name)).toEqual(['DB_PASSWORD']);
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
