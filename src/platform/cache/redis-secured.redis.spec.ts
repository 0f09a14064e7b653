import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CertificateAuthority, type KeyPair } from '../../../test/support/certificates.js';
import { findCommand } from '../../../test/support/debian-packages.js';
import { SecureRedis } from '../../../test/support/secure-redis.js';
import { useTier } from '../../../test/support/tiers.js';
import { loadEnvironment } from '../config/load-environment.js';
import { entryOf } from './cache-tier.conformance.js';
import { redisConnection } from './redis-client.js';
import { OpenedTiers, RETRY_MS, up } from './redis-tier.fixture.js';
import type { RedisTier } from './redis-tier.js';

/** How quickly Redis answers is not the question here. */
const BUDGET_MS = 5_000;
const USER = 'shop';
const SECRET = 'hunter2';

const tier = useTier('redis');
const command = await findCommand('redis-server');

describe.skipIf(tier.skipped ?? command === undefined)('a Redis with TLS and accounts', () => {
  let ca: CertificateAuthority;
  let other: CertificateAuthority;
  let ours: KeyPair;
  let expired: KeyPair;
  let redis: SecureRedis;
  const tiers = new OpenedTiers(() => redis.url());

  beforeAll(async () => {
    [ca, other] = await Promise.all([CertificateAuthority.create(), CertificateAuthority.create('another')]);
    [ours, expired, redis] = await Promise.all([
      ca.sign('program'),
      ca.sign('expired', { days: -1 }),
      SecureRedis.start(command!, ca),
    ]);
  });
  afterAll(async () => {
    await redis.stop();
    ca.remove();
    other.remove();
  });
  beforeEach(async () => {
    await redis.setUser(USER, 'reset', 'on', `>${SECRET}`, '~*', '+@all');
    for (const [name, path] of [
      ['ca', ca.cert],
      ['cert', ours.cert],
      ['key', ours.key],
    ] as const) {
      copyFileSync(path, fileOf(name));
    }
    writeFileSync(fileOf('password'), `${SECRET}\n`);
    writeFileSync(fileOf('url'), redis.url(`${USER}:${SECRET}@`));
  });
  afterEach(async () => {
    await tiers.closeAll();
    await redis.show(redis.certificate);
  });

  /** What the operator writes to while the program runs. */
  const fileOf = (name: string): string => join(ca.directory, `given.${name}`);
  const withFiles = (): Record<string, string> => ({
    REDIS_URL: redis.url(),
    REDIS_USERNAME: USER,
    REDIS_PASSWORD_FILE: fileOf('password'),
    REDIS_SSL_CA: fileOf('ca'),
    REDIS_SSL_CERT: fileOf('cert'),
    REDIS_SSL_KEY: fileOf('key'),
  });
  /** Besides a state, what the log would have of it. */
  function open(variables: Record<string, string>): { tier: RedisTier; told: string[] } {
    const settings = loadEnvironment(variables, ca.directory);
    const connection = redisConnection(settings, { budgetMs: BUDGET_MS, retryEveryMs: RETRY_MS });
    const told: string[] = [];
    const onState = (state: string, reason?: Error): void => void told.push(reason?.message ?? state);
    return { tier: tiers.make({ connection, budgetMs: BUDGET_MS, onState }), told };
  }

  it('is used with the CA, our certificate and the account, by its address and by its name', async () => {
    const { REDIS_USERNAME: _, REDIS_PASSWORD_FILE: __, ...tls } = withFiles();
    for (const variables of [
      withFiles(),
      { ...tls, REDIS_URL: redis.url(`${USER}:${SECRET}@`, 'localhost') },
      { ...tls, REDIS_URL_FILE: fileOf('url'), REDIS_URL: '' },
    ]) {
      const { tier: one } = open(variables);
      await up(one);
      await one.put('k', entryOf(1));
      expect(await one.get('k')).toEqual(entryOf(1));
    }
  });

  interface Fault {
    /** Brings it about while the program runs. */
    readonly bring: () => Promise<void> | void;
    readonly mend: () => Promise<void> | void;
    readonly line: () => string;
  }
  const at = (): string => `Redis at 127.0.0.1:${redis.port}`;
  const FAULTS: Record<string, Fault> = {
    'a CA that is another': {
      bring: () => copyFileSync(other.cert, fileOf('ca')),
      mend: () => copyFileSync(ca.cert, fileOf('ca')),
      line: () =>
        `the certificate of ${at()} is of no CA that is trusted (SELF_SIGNED_CERT_IN_CHAIN): set REDIS_SSL_CA`,
    },
    'a certificate for another name': {
      bring: async () => redis.show(await ca.sign('elsewhere', { names: ['DNS:elsewhere', 'IP:127.0.0.9'] })),
      mend: () => redis.show(redis.certificate),
      line: () =>
        `the certificate of ${at()} is for DNS:elsewhere, IP Address:127.0.0.9: put such a name into REDIS_URL`,
    },
    'a certificate that has expired': {
      bring: () => redis.show(expired),
      mend: () => redis.show(redis.certificate),
      line: () =>
        `the certificate of ${at()}, or that of its CA in REDIS_SSL_CA, has expired (CERT_HAS_EXPIRED)`,
    },
    'our certificate, of a CA that it does not know': {
      bring: async () => {
        const pair = await other.sign('stranger');
        copyFileSync(pair.key, fileOf('key'));
        copyFileSync(pair.cert, fileOf('cert'));
      },
      mend: () => {
        copyFileSync(ours.key, fileOf('key'));
        copyFileSync(ours.cert, fileOf('cert'));
      },
      line: () => 'set REDIS_SSL_CERT',
    },
    'a key file that is gone': {
      bring: () => rmSync(fileOf('key')),
      mend: () => copyFileSync(ours.key, fileOf('key')),
      line: () => `REDIS_SSL_KEY names ${fileOf('key')}, which cannot be read (ENOENT)`,
    },
    'a password that was changed there': {
      bring: () => redis.setUser(USER, 'resetpass', '>changed'),
      mend: () => writeFileSync(fileOf('password'), 'changed'),
      line: () =>
        `${at()} refuses the user or the password (WRONGPASS): check REDIS_USERNAME and REDIS_PASSWORD_FILE`,
    },
    'a password file that is empty': {
      bring: () => writeFileSync(fileOf('password'), ''),
      mend: () => writeFileSync(fileOf('password'), SECRET),
      line: () => `REDIS_PASSWORD_FILE names ${fileOf('password')}, which is empty`,
    },
    'an account that is off': {
      bring: () => redis.setUser(USER, 'off'),
      mend: () => redis.setUser(USER, 'on'),
      line: () => `${at()} refuses the user or the password (WRONGPASS)`,
    },
  };

  it.each(Object.entries(FAULTS))(
    'with %s: says so once, pauses between its attempts, and is used when it is mended',
    async (_, { bring, mend, line }) => {
      const { tier: one, told } = open(withFiles());
      await up(one);
      await bring();
      await redis.cut(USER);
      await expect.poll(() => one.detail()).toContain(line());
      expect(one.state()).toBe('down');
      expect(await one.get('k')).toBeUndefined();
      const connection = tiers.connectionOf(one);
      const before = connection.connections;
      await expect.poll(() => connection.connections).toBeGreaterThan(before + 1);
      expect(one.detail()).toContain(line());
      await mend();
      await up(one);
      expect(told.filter((text) => text.includes(line()))).toHaveLength(1);
      expect(told.at(-1)).toBe('up');
      expect(told.join('\n')).not.toMatch(/hunter2|changed/);
    },
  );

  it('that is reached by a wrong URL in its file is used once the right one stands there', async () => {
    const { REDIS_USERNAME: _, REDIS_PASSWORD_FILE: __, ...tls } = withFiles();
    writeFileSync(fileOf('url'), redis.url(`${USER}:wrong@`));
    const { tier: one } = open({ ...tls, REDIS_URL: '', REDIS_URL_FILE: fileOf('url') });
    await expect.poll(() => one.detail()).toContain('(WRONGPASS): check REDIS_URL_FILE, and');
    writeFileSync(fileOf('url'), `redis://${USER}:${SECRET}@127.0.0.1:${redis.port}`);
    await expect
      .poll(() => one.detail())
      .toMatch(/REDIS_SSL_CA and .* are set, and REDIS_URL_FILE is without TLS/);
    writeFileSync(fileOf('url'), redis.url(`${USER}:${SECRET}@`));
    await up(one);
  });

  it('that wants a certificate or a password, where we have none, is used when it wants none', async () => {
    const { REDIS_SSL_CERT: _, REDIS_SSL_KEY: __, ...bare } = withFiles();
    const { tier: one } = open(bare);
    await expect
      .poll(() => one.detail())
      .toMatch(/certificate.*set REDIS_SSL_CERT|set REDIS_SSL_CERT.*certificate/);
    const { REDIS_USERNAME: ___, REDIS_PASSWORD_FILE: ____, ...stranger } = withFiles();
    const { tier: two } = open(stranger);
    await expect.poll(() => two.detail()).toBe(`${at()} wants a password (NOAUTH): set REDIS_PASSWORD`);
  });

  it('in the clear, where it speaks TLS: names rediss://', async () => {
    const { tier: one } = open({ REDIS_URL: redis.url().replace('rediss', 'redis') });
    await expect.poll(() => one.detail()).toContain(`${at()} breaks off the connection`);
    expect(one.detail()).toContain('use rediss://');
  });

  it.each([
    ['-evalsha', "'evalsha'"],
    ['-get', "'get'"],
    ['-set', "can't run this command"],
    ['resetkeys', 'keys'],
  ])('takes a right away (%s): is skipped, says which, and is used again with it', async (rule, named) => {
    const { tier: one, told } = open(withFiles());
    await up(one);
    await redis.setUser(USER, rule);
    await one.put('k', entryOf(1));
    await one.get('k');
    await expect.poll(() => one.detail()).toContain(`${at()} does not allow the user of REDIS_USERNAME`);
    expect(one.detail()).toContain(named);
    const before = await redis.pings();
    await expect.poll(() => redis.pings()).toBeGreaterThan(before + 2);
    await redis.setUser(USER, '+@all', '~*');
    await up(one);
    expect(told, 'it stayed down until then').toEqual(['up', expect.stringContaining(named), 'up']);
  });
});
