import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Environment } from '../../src/platform/config/environment.js';
import { loadSettings } from '../../src/platform/config/load-environment.js';
import { settingsWithoutEffect } from '../../src/platform/config/settings-without-effect.js';
import { createTestDatabase } from '../support/test-database.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';

const ROOT = resolve(import.meta.dirname, '..', '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const SECTION = /^### TLS, accounts and secrets\n([^]*?)\n###? /m.exec(README)![1]!;
const [DOTENV, FIRST, SECOND] = [...SECTION.matchAll(/^```(?:sh|dotenv)\n([^]*?)^```$/gm)].map(
  ([, block]) => block!,
);

const run = promisify(execFile);

const directory = mkdtempSync(join(tmpdir(), 'waybill-tour-'));
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let waybill: WaybillProcess;
let env: Record<string, string>;

beforeAll(async () => {
  const start = FIRST!.trimEnd().split('\n').at(-1)!;
  await run('sh', ['-c', FIRST!.replace(start, '')], { cwd: directory });
  const tls = Object.fromEntries(
    [...start.matchAll(/(SERVER_\w+)=(\S+)/g)].map(([, name, file]) => [name!, join(directory, file!)]),
  );
  database = await createTestDatabase();
  const { host, port, user, password, database: name } = database.connection;
  env = { ...tls, DB_HOST: host, DB_PORT: String(port), DB_USER: user, DB_PASSWORD: password, DB_NAME: name };
  waybill = await startWaybill({ env });
});
afterAll(async () => {
  await waybill.stop();
  await database.drop();
  rmSync(directory, { recursive: true });
});

/** What a command of the second block prints, on the port of the program. */
async function output(command: string): Promise<string> {
  expect(SECOND).toContain(command);
  const { port } = new URL(waybill.url);
  const there = command
    .replace('https://127.0.0.1:8080', `https://127.0.0.1:${port}`)
    .replace('server.crt', join(directory, 'server.crt'));
  return (await run('sh', ['-c', there], { cwd: ROOT, env: { ...process.env, ...env, SERVER_PORT: port } }))
    .stdout;
}

describe('the tour of the README, encrypted', () => {
  it('has settings that go together', () => {
    const secret = join(directory, 'secret');
    writeFileSync(secret, 'hidden\n');
    const there = DOTENV!
      .replaceAll('/etc/waybill/ca.crt', join(directory, 'server.crt'))
      .replaceAll(/\/run\/secrets\/\w+/g, secret);
    const settings = parseEnv(there) as Record<string, string>;
    const read = loadSettings([], settings, directory).of(Environment);
    expect(read).toMatchObject({ KAFKA_SSL: 'on', DB_PASSWORD: 'hidden', REDIS_USERNAME: 'waybill' });
    expect(settingsWithoutEffect(settings, directory, [])).toEqual([]);
  });

  it('shows how the program is, by HTTPS', async () => {
    const health = JSON.parse(
      await output('curl --cacert server.crt https://127.0.0.1:8080/health'),
    ) as object;
    expect(health).toMatchObject({ status: 'up' });
  });

  it('tells every setting and no secret, and tries each connection', async () => {
    const settings = await output('npx waybill config');
    expect(settings).toMatch(new RegExp(`^SERVER_TLS_CERT +${directory}`, 'm'));
    expect(settings).not.toContain(database.connection.password);
    expect(await output('npx waybill doctor')).toMatch(/^ok +postgresql /m);
  });
});
