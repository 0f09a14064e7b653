import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CONTEXTS } from '../../src/app.module.js';
import { Environment, PROGRAM_SETTINGS } from '../../src/platform/config/environment.js';
import { loadSettings } from '../../src/platform/config/load-environment.js';
import { settingsWithoutEffect } from '../../src/platform/config/settings-without-effect.js';
import { variablesOf } from '../../src/platform/config/setting-group.js';
import { composeServices } from './compose.js';

/** What the image itself sets: folders of its own. */
const OF_THE_IMAGE = ['STATIC_DIR', 'DATA_DIR'];
/** Of two ways to name the database, Redis, Kafka and the address to listen on, it takes the other. */
const OF_ANOTHER_WAY = ['DATABASE_URL', 'REDIS_ADDR', 'APP_KAFKA__BROKERS', 'APP_WEBSERVICE__ADDRESS'];
/** A path of this machine, whose file is not in the container. */
const OF_THIS_MACHINE = ['CONFIG_FILE'];
/**
 * Its PostgreSQL, Kafka and Redis know neither TLS nor accounts, and the gateway speaks plain HTTP with the program; there are no
 * files of secrets in the container.
 */
const OF_SECURED_SERVICES =
  /^(SERVER_TLS_|DB_SSL_|KAFKA_SSL|KAFKA_SASL_|REDIS_(USERNAME|PASSWORD|SSL_)|.*_FILE$)/;

const NOWHERE = mkdtempSync(join(tmpdir(), 'compose-'));
const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', '..', path), 'utf8');
/** A value where the environment says nothing. */
const withDefaults = (value: string): string => value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');

describe('docker-compose.yml', () => {
  const { waybill, gateway } = composeServices();
  const passed = waybill!.environment!;

  it('hands every setting of the program to its container, by any of its names, and nothing else', () => {
    const groups = [PROGRAM_SETTINGS, ...CONTEXTS.flatMap((context) => context.settings ?? [])];
    const expected = variablesOf(groups).filter(
      (name) =>
        ![...OF_THE_IMAGE, ...OF_ANOTHER_WAY, ...OF_THIS_MACHINE].includes(name) &&
        !OF_SECURED_SERVICES.test(name),
    );
    expect(Object.keys(passed).sort()).toEqual(expected.sort());
  });

  it('leaves what it does not have to say itself to the environment, under the same name', () => {
    const values = Object.entries(passed).filter(([, value]) => value?.includes('${') === true);
    for (const [name, value] of values) {
      expect(value).toMatch(new RegExp(`^\\$\\{(${name}|POSTGRES_PASSWORD):-`));
    }
    expect(Object.values(passed)).toContain(null);
  });

  const services = composeServices();
  const programs = Object.entries(services).filter(([, { image }]) => image === 'waybill');

  it('publishes no port of the program, of which there may be several, but one in front of all', () => {
    for (const [, { ports }] of programs) expect(ports).toBeUndefined();
    expect(gateway!.ports).toContain('127.0.0.1:${SERVER_PORT:-8080}:8080');
  });

  it('runs every context of the house, the companions of the shop each by itself', () => {
    const { CONTEXTS: shop } = new Environment();
    const named = programs.flatMap(
      ([name, { environment }]) => environment!['CONTEXTS'] ?? (name === 'waybill' ? shop : []),
    );
    expect([...new Set(named)].sort()).toEqual(CONTEXTS.map(({ name }) => name).sort());
  });

  it('starts each program with settings that it takes', () => {
    for (const [name, { environment }] of programs) {
      const given = Object.fromEntries(
        Object.entries(environment!).map(([variable, value]) => [variable, withDefaults(value ?? '')]),
      );
      const groups = CONTEXTS.flatMap((context) => context.settings ?? []);
      expect(() => loadSettings(groups, given, NOWHERE), name).not.toThrow();
      expect(settingsWithoutEffect(given, NOWHERE, groups), name).toEqual([]);
    }
  });

  it('lets each program be called by the name of its service', () => {
    const allowed = withDefaults(passed['ALLOWED_HOSTS']!).split(',');
    expect(allowed).toEqual(programs.map(([name]) => name));
  });

  it('has Prometheus ask each program', () => {
    const { scrape_configs: jobs } = parse(read('prometheus.yml')) as {
      scrape_configs: { job_name: string; dns_sd_configs: { names: string[] }[] }[];
    };
    const [job] = jobs.filter(({ job_name: name }) => name === 'waybill');
    expect(job!.dns_sd_configs[0]!.names).toEqual(programs.map(([name]) => name));
  });

  it('publishes no two services on one port', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    const published = ports.map((port) => withDefaults(port).split(':').at(-2));
    expect(published.length).toBeGreaterThan(8);
    expect(new Set(published).size).toBe(published.length);
  });

  it('has each program, and the registry, in the table of the README, at the port that it is published on', () => {
    const [, section] = read('README.md').split('\n### All of it\n');
    const rows = section!.matchAll(/^\| `(\w+)` +\|[^|]+\|[^|]*127\.0\.0\.1:(\d+)[^|]*\| `([A-Z_]+)` +\|/gm);
    const told = [...rows].map(([, name, port, variable]) => ({
      name,
      as: `127.0.0.1:\${${variable}:-${port}}`,
    }));
    const ofGateway = programs.filter(([, { environment }]) => environment!['ROLES'] !== 'worker');
    expect(told.map(({ name }) => name)).toEqual([...ofGateway.map(([name]) => name), 'registry']);
    const published = [...gateway!.ports!, ...services['registry']!.ports!].map((port) =>
      port.split(':').slice(0, -1).join(':'),
    );
    expect(told.map(({ as }) => as)).toEqual(published);
  });

  it('waits for services that there are, and that say how they are', () => {
    for (const [name, { depends_on: needed = {} }] of Object.entries(services)) {
      for (const [other, { condition }] of Object.entries(needed)) {
        expect(condition, `${name} needs ${other}`).toBe('service_healthy');
        expect(services[other]?.healthcheck, `${name} needs ${other}`).toBeDefined();
      }
    }
  });

  it('starts no JVM to ask Kafka how it is', () => {
    expect(composeServices()['kafka']!.healthcheck!.test.join(' ')).not.toMatch(/kafka-|java|\.sh/);
  });
});
