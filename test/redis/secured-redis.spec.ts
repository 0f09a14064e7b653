import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrder, ask, store } from '../e2e/api.js';
import { CertificateAuthority, type KeyPair } from '../support/certificates.js';
import { findCommand } from '../support/debian-packages.js';
import { eventually } from '../support/eventually.js';
import { SecureRedis } from '../support/secure-redis.js';
import { useTier } from '../support/tiers.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';

const tier = useTier('redis');
const command = await findCommand('redis-server');
const WAIT = { timeoutMs: 20_000 };
const USER = 'shop';
const SECRETS = ['hunter2-at-first', 'hunter2-changed'] as const;
const SKIPPED = 'Redis is skipped until it is back';

interface RedisPart {
  up: boolean;
  detail?: string;
}

describe.skipIf(tier.skipped ?? command === undefined)('a program whose Redis has TLS and accounts', () => {
  let ca: CertificateAuthority;
  let expired: KeyPair;
  let redis: SecureRedis;
  let waybill: WaybillProcess;

  beforeAll(async () => {
    ca = await CertificateAuthority.create();
    const [ours, server, old] = await Promise.all([
      ca.sign('program'),
      SecureRedis.start(command!, ca),
      ca.sign('expired', { days: -1 }),
    ]);
    [redis, expired] = [server, old];
    await redis.setUser(USER, 'on', `>${SECRETS[0]}`, '~*', '+@all');
    writeFileSync(passwordFile(), 'hunter2-is-wrong');
    waybill = await startWaybill({
      env: {
        CONTEXTS: 'orders,promos,entries',
        REDIS_URL: redis.url(),
        REDIS_USERNAME: USER,
        REDIS_PASSWORD_FILE: passwordFile(),
        REDIS_SSL_CA: ca.cert,
        REDIS_SSL_CERT: ours.cert,
        REDIS_SSL_KEY: ours.key,
      },
    });
  });
  afterAll(async () => {
    await waybill?.stop();
    await redis?.stop();
    ca.remove();
  });

  const passwordFile = (): string => join(ca.directory, 'password');
  const part = async (): Promise<RedisPart> => {
    const { text } = await ask(`${waybill.url}/health`);
    return (JSON.parse(text) as { parts: { redis: RedisPart } }).parts.redis;
  };
  const isUp = (): Promise<void> => eventually(async () => expect(await part()).toEqual({ up: true }), WAIT);
  /** The caches that the log has it of. */
  const told = (line: string): string[] =>
    waybill
      .output()
      .split('\n')
      .filter((text) => text.includes(SKIPPED) && text.includes(line))
      .map((text) => (JSON.parse(text) as { cache: string }).cache);

  async function isSkipped(line: string): Promise<void> {
    await eventually(async () => expect((await part()).detail).toContain(line), WAIT);
    expect((await part()).up).toBe(false);
    expect(told(line)).not.toEqual([]);
    for (const place of ['live', 'ready']) {
      expect((await ask(`${waybill.url}/health/${place}`)).status, place).toBe(200);
    }
  }

  /** What was stored while Redis is as it is, and what was stored before and has changed since, is told as it is. */
  const kept: string[] = [];
  let round = 0;
  async function answersAsPromised(): Promise<void> {
    round++;
    const json = { 'content-type': 'application/json' };
    const order = anOrder();
    await store(waybill.url, order);
    kept.push(order.order_uid);
    for (const uid of kept) expect((await ask(`${waybill.url}/api/orders/${uid}`)).status).toBe(200);

    const user = { deeplink: `https://shop.example/${round}`, promo_message: `round ${round}` };
    const users = `${waybill.url}/v1/users`;
    const changed = await ask(`${users}/one`, { method: 'PUT', headers: json, body: JSON.stringify(user) });
    expect(changed.status, changed.text).toBeOneOf([200, 201, 204]);
    await eventually(async () =>
      expect(JSON.parse((await ask(`${users}?user_id=one`)).text)).toMatchObject(user),
    );

    const entry = `${waybill.url}/v1/cache/one`;
    const value = randomUUID();
    const body = JSON.stringify({ value });
    const put = await ask(entry, { method: 'PUT', headers: json, body });
    expect(put.status, put.text).toBeLessThan(300);
    expect((await ask(entry)).text).toContain(value);
  }

  it('starts with a wrong password, says so, and uses it with the right one', async () => {
    await isSkipped(
      'refuses the user or the password (WRONGPASS): check REDIS_USERNAME and REDIS_PASSWORD_FILE',
    );
    await answersAsPromised();
    writeFileSync(passwordFile(), `${SECRETS[0]}\n`);
    await isUp();
    await answersAsPromised();
  });

  it.each<[string, () => Promise<void>, () => Promise<void> | void, string]>([
    [
      'a password that is changed there',
      () => redis.setUser(USER, 'resetpass', `>${SECRETS[1]}`),
      () => writeFileSync(passwordFile(), SECRETS[1]),
      '(WRONGPASS)',
    ],
    [
      'a right that is taken away',
      () => redis.setUser(USER, '-@scripting'),
      () => redis.setUser(USER, '+@scripting'),
      'does not allow the user of REDIS_USERNAME what is needed (NOPERM',
    ],
    [
      'a certificate that expires',
      () => redis.show(expired),
      () => redis.show(redis.certificate),
      'or that of its CA in REDIS_SSL_CA, has expired (CERT_HAS_EXPIRED)',
    ],
  ])('answers through %s, and uses it when that is mended', async (_, bring, mend, line) => {
    await isUp();
    const before = told(line).length;
    await bring();
    await redis.cut(USER);
    await isSkipped(line);
    await answersAsPromised();
    await mend();
    await isUp();
    const caches = told(line).slice(before);
    expect(caches, 'each of them once').toEqual([...new Set(caches)]);
    await answersAsPromised();
  });

  it('has shown no secret', () => {
    expect(waybill.output()).toContain(SKIPPED);
    expect(waybill.output()).not.toContain('hunter2');
  });
});
