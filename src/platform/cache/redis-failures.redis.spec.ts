import { readFile } from 'node:fs/promises';
import { createClient } from 'redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCommand } from '../../../test/support/debian-packages.js';
import { eventually } from '../../../test/support/eventually.js';
import { plainClient, RedisServerFixture } from '../../../test/support/redis-server.js';
import { useTier } from '../../../test/support/tiers.js';
import { knownFailures } from '../known-failures.js';
import { REDIS_REPLY_KINDS } from './redis-failures.js';

const redis = useTier('redis');
const command = await findCommand('redis-server');

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'an answer',
    (error: unknown) => error,
  );

describe.skipIf(redis.skipped ?? command === undefined)('a failure of a real Redis', () => {
  let own: RedisServerFixture;
  let client: ReturnType<typeof plainClient>;

  beforeEach(async () => {
    own = await RedisServerFixture.reserve(command ?? '');
    await own.start();
    client = plainClient(own.url);
    await client.connect();
  });
  afterEach(async () => {
    own.thaw();
    if (client.isOpen) client.destroy();
    await own.kill();
  });

  const kindOf = async (promise: Promise<unknown>) => knownFailures().kindOf(await failureOf(promise));

  it('is transient when it goes while a command is under way, stays away, or nobody connects', async () => {
    const other = plainClient(own.url);
    await other.connect();
    const lost = kindOf(client.blPop('empty', 0));
    await eventually(async () => expect(await other.info('clients')).toContain('blocked_clients:1'));
    other.destroy();
    await own.kill();
    expect(await lost).toBe('transient');
    const offline = createClient({ url: own.url, disableOfflineQueue: true }).on('error', () => undefined);
    const connecting = offline.connect().catch(() => undefined);
    expect(await kindOf(offline.get('k'))).toBe('transient');
    offline.destroy();
    await connecting;
    expect(await kindOf(offline.get('k'))).toBe('transient');
    const giveUp = createClient({ url: own.url, socket: { reconnectStrategy: false } });
    giveUp.on('error', () => undefined);
    expect(await kindOf(giveUp.connect())).toBe('transient');
  });

  it('is transient when it hangs', async () => {
    const impatient = createClient({ url: own.url, socket: { socketTimeout: 100, reconnectStrategy: 10 } });
    impatient.on('error', () => undefined);
    await impatient.connect();
    own.freeze();
    expect(await kindOf(impatient.get('k'))).toBe('transient');
    impatient.destroy();
  });

  it('is transient when it has no room, is a replica, wants a password, or forbids', async () => {
    const other = plainClient(own.url);
    await other.connect();
    await client.configSet('maxmemory', '100kb');
    expect(await kindOf(other.set('k', 'v'))).toBe('transient');
    expect(await kindOf(other.multi().set('k', 'v').set('l', 'v').exec())).toBe('transient');
    expect(await kindOf(other.eval(`return redis.call('set', 'k', 'v')`))).toBe('transient');
    await client.configSet('maxmemory', '0');
    await client.sendCommand(['ACL', 'SETUSER', 'default', '-set']);
    expect(await kindOf(other.set('k', 'v'))).toBe('transient');
    await client.sendCommand(['ACL', 'SETUSER', 'default', '+@all']);
    await client.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
    expect(await kindOf(other.set('k', 'v'))).toBe('transient');
    await client.sendCommand(['REPLICAOF', 'NO', 'ONE']);
    await client.configSet('requirepass', 'secret');
    const stranger = createClient({ url: own.url, socket: { reconnectStrategy: false } });
    stranger.on('error', () => undefined);
    expect(await kindOf(stranger.connect().then(() => stranger.get('k')))).toBe('transient');
    if (stranger.isOpen) stranger.destroy();
    other.destroy();
  });

  it('is a bug when a command is used on what is of another type', async () => {
    await client.set('k', 'v');
    expect(await kindOf(client.lPush('k', 'v'))).toBe('bug');
    expect(await kindOf(client.multi().lPush('k', 'v').exec())).toBe('bug');
  });

  it('is judged on purpose, whatever word of the server it begins with', async () => {
    const program = await readFile(command ?? '', 'latin1');
    // In RESP an error is a line that begins with `-`; the program has them as texts.
    const words = [...program.matchAll(/[\0\n]-([A-Z]{2,})(?=[ \r\0])/g)].map(([, word]) => word!);
    expect(new Set(words).size).toBeGreaterThan(25);
    expect([...new Set(words)].filter((word) => !(word in REDIS_REPLY_KINDS))).toEqual([]);
  });
});
