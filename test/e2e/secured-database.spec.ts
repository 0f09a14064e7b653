import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CertificateAuthority } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { SecuredPostgres } from '../support/secured-postgres.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';
import { anOrder, ask, expectProblem, post, store } from './api.js';

const PASSWORD = 'first-secret';
const CHANGED_PASSWORD = 'second-secret';
const MINUTE_MS = 60_000;
const RULES = ['hostssl all shop 127.0.0.1/32 scram-sha-256'];
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
  await server.secure(await authority.sign('server'), RULES);
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

/**
 * The line stands in `/health` under a part and in the log, the program is alive, and callers are told to come again.
 *
 * @param since characters of the output that are not looked at
 */
async function expectFault(
  waybill: WaybillProcess,
  part: string,
  line: string,
  since: number,
): Promise<void> {
  await eventually(
    async () => {
      const health = await ask(`${waybill.url}/health`);
      expect(health.status).toBe(503);
      const { parts } = JSON.parse(health.text) as { parts: Record<string, { detail?: string }> };
      expect(parts[part]?.detail).toContain(line);
      expect(waybill.output().slice(since)).toContain(JSON.stringify(line).slice(1, -1));
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

it('a start with the wrong CA and the wrong password, a password that is changed, and certificates that are of no use', async () => {
  copyFileSync(stranger.cert, file('root.pem'));
  writeFileSync(file('password'), 'wrong-secret\n');
  const waybill = await startWaybill({ env: settings(), ready: false });
  await expectFault(waybill, 'start', 'is of no CA that is trusted', 0);
  expect(waybill.output()).toContain(NOT_USED_YET);
  expect(waybill.output()).toContain(`set DB_SSL_ROOTCERT to the certificate of its CA`);

  copyFileSync(authority.cert, file('root.pem'));
  const WRONG_PASSWORD =
    'does not take the password of user "shop" (28P01): check DB_PASSWORD_FILE and DB_USER';
  await expectFault(waybill, 'start', WRONG_PASSWORD, 0);
  writeFileSync(file('password'), `${PASSWORD}\n`);
  await expectReady(waybill);
  const ours: string[] = [];
  const storeOne = async (): Promise<void> => {
    const order = anOrder();
    await store(waybill.url, order);
    ours.push(order.order_uid);
  };
  await storeOne();

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
  const beforeChange = waybill.output().length;
  await server.run(`ALTER ROLE shop PASSWORD '${CHANGED_PASSWORD}'`);
  await server.endConnections();
  await expectFault(waybill, 'database', WRONG_PASSWORD, beforeChange);
  writeFileSync(file('password'), `${CHANGED_PASSWORD}\n`);
  await expectReady(waybill);
  await storeOne();

  const ofNoUse = [
    [await authority.sign('expired', { days: -1 }), 'has expired (CERT_HAS_EXPIRED): have it renewed'],
    [
      await authority.sign('other', { names: ['DNS:db.example'] }),
      'is for DNS:db.example: put such a name into DB_HOST',
    ],
    [await stranger.sign('server'), 'is of no CA that is trusted'],
  ] as const;
  for (const [pair, fault] of ofNoUse) {
    const since = waybill.output().length;
    await server.secure(pair, RULES);
    await server.endConnections();
    await expectFault(waybill, 'database', fault, since);
    await server.secure(await authority.sign('server'), RULES);
    await expectReady(waybill);
    await storeOne();
  }

  isOver = true;
  await posting;
  const stored = answered.filter(({ status }) => status === 201);
  expect(stored.length).toBeGreaterThan(0);
  const rows = await server.rows<{ uid: string }>('SELECT order_uid AS uid FROM orders');
  const kept = new Set(rows.map(({ uid }) => uid));
  const lost = [...stored.map(({ uid }) => uid), ...ours].filter((uid) => !kept.has(uid));
  expect(lost).toEqual([]);
  expect(kept.size).toBe(rows.length);
  expect(waybill.output()).not.toMatch(/(first|second|wrong)-secret/);
  expect(await waybill.stop()).toBe(0);
});
