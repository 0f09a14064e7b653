import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../scripts/free-ports.js';
import { JAVA } from '../../scripts/java.js';
import { type LeashedProcess, startLeashed } from '../../scripts/leashed-process.js';
import { REGISTRY_JAR, REGISTRY_VERSION } from '../../scripts/registry/registry-distribution.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/embedded-postgres/embedded-postgres.js';
import { composeServices } from '../deploy/compose.js';
import { eventually } from '../support/eventually.js';
import { useTier } from '../support/tiers.js';

const tier = useTier('registry');
const { image, environment, healthcheck } = composeServices()['registry']!;
const SCHEMA = JSON.stringify({ type: 'record', name: 'Kept', fields: [{ name: 'x', type: 'long' }] });

/** Whether the check of `docker-compose.yml` passes with another port. */
function isHealthy(port: number): Promise<boolean> {
  const [, command, ...parameters] = healthcheck!.test;
  const here = parameters.map((text) =>
    text.replace('/127.0.0.1/8080', `/127.0.0.1/${port}`).replaceAll('$$', '$'),
  );
  return new Promise((resolve) => {
    execFile(command!, here, { timeout: 5_000, killSignal: 'SIGKILL' }, (error) => resolve(error === null));
  });
}

describe.skipIf(tier.skipped)('the schema registry of docker-compose.yml', () => {
  let dataDir: string;
  let postgres: EmbeddedPostgres;
  let port: number;
  let registry: LeashedProcess;

  /** As its container does, on another PostgreSQL. */
  async function start(): Promise<void> {
    const { connection } = postgres;
    const own = Object.fromEntries(Object.entries(environment!).map(([name, value]) => [name, value ?? '']));
    const url = own['APICURIO_DATASOURCE_URL']!.replace(
      'postgres:5432',
      `${connection.host}:${connection.port}`,
    );
    const place = {
      APICURIO_DATASOURCE_URL: url,
      APICURIO_DATASOURCE_USERNAME: connection.user,
      APICURIO_DATASOURCE_PASSWORD: connection.password,
    };
    const options = ['-XX:TieredStopAtLevel=1', ...own['JAVA_OPTS_APPEND']!.split(' ')];
    const listen = ['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`];
    const variables = Object.entries({ ...own, ...place }).map(([name, value]) => `${name}=${value}`);
    registry = startLeashed(['env', ...variables, JAVA, ...options, ...listen, '-jar', REGISTRY_JAR], {
      cwd: dataDir,
      graceMs: 0,
    });
    await eventually(async () => expect(await isHealthy(port), registry.lastOutput()).toBe(true), {
      timeoutMs: 90_000,
    });
  }

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'waybill-registry-'));
    postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
    [port] = await freePorts(0);
    await start();
  });
  afterAll(async () => {
    await registry.stop();
    await postgres.stop();
    await rm(dataDir, { recursive: true });
  });

  it('is of the version that `make registry` starts', () => {
    expect(image).toBe(`apicurio/apicurio-registry:${REGISTRY_VERSION}`);
  });

  it('has its schemas still, by their ids, when it is started anew', async () => {
    const { CUSTOMERS_SCHEMA_REGISTRY_URL: given } = composeServices()['customers']!.environment!;
    const path = /http:\/\/registry:8080(\/[^}]*)\}/.exec(given!)![1]!;
    const url = `http://127.0.0.1:${port}${path}`;
    const registered = await fetch(`${url}/subjects/kept-value/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: SCHEMA }),
    });
    const { id } = (await registered.json()) as { id: number };
    await registry.stop();
    expect(await isHealthy(port)).toBe(false);
    await start();
    const { schema } = (await (await fetch(`${url}/schemas/ids/${id}`)).json()) as { schema: string };
    expect(JSON.parse(schema)).toEqual(JSON.parse(SCHEMA));
  });
});
