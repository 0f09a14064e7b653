import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeDataDir } from '../support/left-behind.js';
import { runWaybill, startWaybill, temporaryDataDir } from '../support/waybill-process.js';

/** sysexits.h */
const EX_USAGE = 64;
const EX_CONFIG = 78;

const MARK = 'xXhunter2Xx';

let dataDir: string;
beforeEach(async () => {
  dataDir = await temporaryDataDir();
});
afterEach(() => removeDataDir(dataDir));

const write = async (name: string, text: string): Promise<string> => {
  await writeFile(join(dataDir, name), text);
  return join(dataDir, name);
};

/** Secrets, some of them in files, none of which leads to a service. */
const secrets = async (): Promise<Record<string, string>> => ({
  DATABASE_URL: `postgres://waybill:${MARK}@127.0.0.1:1/shop`,
  REDIS_URL_FILE: await write('redis-url', `redis://cache:${MARK}@127.0.0.1:1/3\n`),
  CUSTOMERS_SCHEMA_REGISTRY_URL: `http://registry:${MARK}@127.0.0.1:1/`,
  PAYMENTS_WEBHOOK_SECRETS: `whsec_${Buffer.from(MARK.repeat(3)).toString('base64')}`,
  KAFKA_BROKERS: '127.0.0.1:1',
  KAFKA_SASL_MECHANISM: 'PLAIN',
  KAFKA_SASL_USERNAME: 'waybill',
  KAFKA_SASL_PASSWORD_FILE: await write('kafka-password', `${MARK}\n`),
});

describe('waybill config', () => {
  it('prints every setting, its value and its source, and no secret', async () => {
    const file = await write('waybill.yaml', 'server_port: 8085\n');
    await write('.env', 'LOG_LEVEL=debug\n');
    const env = { ...(await secrets()), SERVER_PORT: '', KAFKA_BROKER: MARK };
    const { code, stdout, stderr } = await runWaybill({
      ...{ dataDir, env, command: ['config', '--config', file] },
    });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        "warning: KAFKA_BROKER is set, and is no setting of Waybill's: did you mean KAFKA_BROKERS? It has no effect\n",
    });
    expect(stdout).toMatch(/^SERVER_PORT +8085 +server_port in .*waybill\.yaml$/m);
    expect(stdout).toMatch(/^DATABASE_URL +postgres:\/\/127\.0\.0\.1:1\/shop +environment$/m);
    expect(stdout).toMatch(/^REDIS_URL +\(hidden\) +environment: REDIS_URL_FILE \(.*redis-url\)$/m);
    expect(stdout).toMatch(/^KAFKA_SASL_PASSWORD +\(hidden\) +environment: KAFKA_SASL_PASSWORD_FILE \(/m);
    expect(stdout).toMatch(/^CUSTOMERS_SCHEMA_REGISTRY_URL +http:\/\/127\.0\.0\.1:1 +environment$/m);
    expect(stdout).toMatch(/^DB_PASSWORD +not set +default$/m);
    expect(stdout).toMatch(/^DB_POOL_SIZE +12 +default$/m);
    expect(stdout + stderr).not.toContain(MARK);
  });

  it('prints the same as JSON', async () => {
    const { code, stdout, stderr } = await runWaybill({
      ...{ dataDir, env: await secrets(), command: ['config', '--json'] },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { settings } = JSON.parse(stdout) as { settings: { name: string; value: unknown }[] };
    expect(settings).toContainEqual({ name: 'DB_POOL_SIZE', value: 12, source: { kind: 'default' } });
    expect(settings).toContainEqual({
      ...{ name: 'PAYMENTS_WEBHOOK_SECRETS', value: '(hidden)', context: 'payments' },
      source: { kind: 'environment' },
    });
    expect(stdout).not.toContain(MARK);
  });

  it('says faults as a start does, and no secret with them', async () => {
    const env = {
      ...(await secrets()),
      SERVER_PORT: 'http',
      REDIS_URL_FILE: await write('bad', `${MARK}\n`),
    };
    const { code, stdout, stderr } = await runWaybill({ dataDir, env, command: ['config', '--json'] });
    expect({ code, stdout }).toEqual({ code: EX_CONFIG, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      'SERVER_PORT is "http": expected a whole number from 0 to 65535',
      expect.stringMatching(
        /^REDIS_URL_FILE names ".*bad", which holds another value \(hidden\): expected a URL that begins with redis:/,
      ),
      '',
    ]);
    expect(stderr).not.toContain(MARK);
  });

  it('knows --help, and no other word', async () => {
    const help = await runWaybill({ dataDir, command: ['config', '--help'] });
    expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^usage: waybill /);
    const other = await runWaybill({ dataDir, command: ['config', '--all'] });
    expect(other.code).toBe(EX_USAGE);
    expect(other.stderr).toMatch(/^Unknown option '--all'/);
  });

  it('has nothing to hide that a start tells, whose log and health are without secrets', async () => {
    const waybill = await startWaybill({
      dataDir,
      env: { ...(await secrets()), CONTEXTS: 'all' },
      ready: false,
    });
    try {
      await expect
        .poll(async () => await (await fetch(`${waybill.url}/health`)).text())
        .toContain('waiting for the database');
      const health = await (await fetch(`${waybill.url}/health`)).text();
      expect(health + waybill.output()).not.toContain(MARK);
      expect(waybill.output()).toContain('trying again');
    } finally {
      await waybill.kill();
    }
  });
});
