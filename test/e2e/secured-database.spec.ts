import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CertificateAuthority } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { SecuredPostgres } from '../support/secured-postgres.js';
import { runWaybill, startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, expectProblem, post, store } from './api.js';

const PASSWORD = 'first-secret';
const CHANGED_PASSWORD = 'second-secret';
const EX_CONFIG = 78;
const MINUTE_MS = 60_000;
const NOT_USED_YET = 'the database cannot be used yet; trying again';

let authority: CertificateAuthority;
let stranger: CertificateAuthority;
let server: SecuredPostgres;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-files-'));
  [authority, stranger, server] = await Promise.all([
    CertificateAuthority.create(),
    CertificateAuthority.create('Strangers'),
    SecuredPostgres.start(PASSWORD),
  ]);
  await server.secure(await authority.sign('server'), ['hostssl all shop 127.0.0.1/32 scram-sha-256']);
});

afterAll(async () => {
  await server.stop();
  authority.remove();
  stranger.remove();
  rmSync(directory, { recursive: true });
});

const file = (name: string): string => join(directory, name);

const settings = (): Record<string, string> => ({
  DB_HOST: '127.0.0.1',
  DB_PORT: String(server.port),
  DB_USER: 'shop',
  DB_NAME: 'shop',
  DB_PASSWORD_FILE: file('password'),
  DB_SSL_MODE: 'verify-full',
  DB_SSL_ROOTCERT: file('root.pem'),
});

/** The line stands in `/health` under a part and in the log, the program is alive, and callers are told to come again. */
async function expectFault(waybill: WaybillProcess, part: string, line: string): Promise<void> {
  const before = waybill.output().length;
  await eventually(
    async () => {
      const health = await ask(`${waybill.url}/health`);
      expect(health.status).toBe(503);
      const { parts } = JSON.parse(health.text) as { parts: Record<string, { detail?: string }> };
      expect(parts[part]?.detail).toContain(line);
      expect(waybill.output().slice(before)).toContain(JSON.stringify(line).slice(1, -1));
    },
    { timeoutMs: MINUTE_MS },
  );
  const refused = await post(waybill.url, anOrder());
  expectProblem(refused, 503);
  expect(refused.text).not.toMatch(/DB_|127\.0\.0\.1|shop/);
  expect((await ask(`${waybill.url}/health/live`)).status).toBe(200);
}

const expectReady = (waybill: WaybillProcess): Promise<void> =>
  eventually(async () => expect((await ask(`${waybill.url}/health/ready`)).status).toBe(200), {
    timeoutMs: MINUTE_MS,
  });

it('a start with the wrong CA and the wrong password, a password that is changed, and a certificate that ends', async () => {
  copyFileSync(stranger.cert, file('root.pem'));
  writeFileSync(file('password'), 'wrong-secret\n');
  const waybill = await startWaybill({ env: settings(), ready: false });
  await expectFault(waybill, 'start', 'is of no CA that is trusted');
  expect(waybill.output()).toContain(NOT_USED_YET);
  expect(waybill.output()).toContain(`set DB_SSL_ROOTCERT to the certificate of its CA`);

  copyFileSync(authority.cert, file('root.pem'));
  const WRONG_PASSWORD =
    'does not take the password of user "shop" (28P01): check DB_PASSWORD_FILE and DB_USER';
  await expectFault(waybill, 'start', WRONG_PASSWORD);
  writeFileSync(file('password'), `${PASSWORD}\n`);
  await expectReady(waybill);
  const orders = [anOrder(), anOrder(), anOrder()] as const;
  await store(waybill.url, orders[0]);

  // Orders come in all the while, and each is stored or refused.
  const answered: { uid: string; status: number }[] = [];
  let isOver = false;
  const posting = (async () => {
    while (!isOver) {
      const order = anOrder();
      const { status, text } = await post(waybill.url, order);
      expect(status, text).toBeOneOf([201, 503]);
      answered.push({ uid: order.order_uid, status });
    }
  })();
  await server.run(`ALTER ROLE shop PASSWORD '${CHANGED_PASSWORD}'`);
  await server.endConnections();
  await expectFault(waybill, 'database', WRONG_PASSWORD);
  writeFileSync(file('password'), `${CHANGED_PASSWORD}\n`);
  await expectReady(waybill);
  await store(waybill.url, orders[1]);

  await server.secure(await authority.sign('expired', { days: -1 }), [
    'hostssl all shop 127.0.0.1/32 scram-sha-256',
  ]);
  await server.endConnections();
  await expectFault(waybill, 'database', 'has expired (CERT_HAS_EXPIRED): have it renewed');
  await server.secure(await authority.sign('server'), ['hostssl all shop 127.0.0.1/32 scram-sha-256']);
  await expectReady(waybill);
  await store(waybill.url, orders[2]);

  isOver = true;
  await posting;
  const stored = answered.filter(({ status }) => status === 201);
  expect(stored.length).toBeGreaterThan(0);
  const rows = await server.rows<{ uid: string }>('SELECT order_uid AS uid FROM orders');
  const kept = new Set(rows.map(({ uid }) => uid));
  const lost = [...stored.map(({ uid }) => uid), ...orders.map((order) => order.order_uid)].filter(
    (uid) => !kept.has(uid),
  );
  expect(lost).toEqual([]);
  expect(kept.size).toBe(rows.length);
  expect(waybill.output()).not.toMatch(/(first|second|wrong)-secret/);
  expect(await waybill.stop()).toBe(0);
});

it('a file that is missing at the start ends it, in one line', async () => {
  for (const name of ['DB_SSL_ROOTCERT', 'DB_PASSWORD_FILE']) {
    const missing = await runWaybill({ env: { ...settings(), [name]: '/no/such/file' } });
    expect(missing.code).toBe(EX_CONFIG);
    expect(missing.stderr).toMatch(new RegExp(`^${name} .*/no/such/file.*\\n$`));
  }
});
