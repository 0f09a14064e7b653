import { ConnectionTimeoutError, SimpleError, SocketClosedUnexpectedlyError } from 'redis';
import { describe, expect, it } from 'vitest';
import { explainRedisFault, type RedisPeer } from './redis-connection-faults.js';

const PEER: RedisPeer = {
  name: 'Redis at cache:6379',
  address: 'REDIS_URL_FILE',
  encryption: 'rediss:// in REDIS_URL_FILE',
  ca: 'REDIS_SSL_CA',
  certificate: 'REDIS_SSL_CERT',
  usesTls: false,
  account: ['REDIS_USERNAME', 'REDIS_PASSWORD_FILE'],
  password: 'REDIS_PASSWORD_FILE',
};
const WITH_TLS = { ...PEER, usesTls: true };
const STRANGER = { ...PEER, account: [], password: 'REDIS_PASSWORD' };

const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

describe('what is wrong with a connection to Redis', () => {
  it.each<[RedisPeer, Error, string, string]>([
    [
      PEER,
      new SimpleError('WRONGPASS invalid username-password pair or user is disabled.'),
      'wrong account',
      'Redis at cache:6379 refuses the user or the password (WRONGPASS): check REDIS_USERNAME and REDIS_PASSWORD_FILE, and that the user is on in its ACL',
    ],
    [
      STRANGER,
      new SimpleError('NOAUTH HELLO must be called with the client already authenticated'),
      'wrong account',
      'Redis at cache:6379 wants a password (NOAUTH): set REDIS_PASSWORD',
    ],
    [
      STRANGER,
      new SimpleError('DENIED Redis is running in protected mode because protected mode is enabled and'),
      'wrong account',
      'Redis at cache:6379 is in protected mode, and lets in nobody from another machine (DENIED): give it a password, and set REDIS_PASSWORD',
    ],
    [
      PEER,
      new SimpleError("NOPERM User shop has no permissions to run the 'evalsha' command"),
      'no right',
      "Redis at cache:6379 does not allow the user of REDIS_USERNAME what is needed (NOPERM User shop has no permissions to run the 'evalsha' command): allow it in its ACL, or check REDIS_USERNAME and REDIS_PASSWORD_FILE",
    ],
    [
      STRANGER,
      new SimpleError(
        "ERR The user executing the script can't run this command or subcommand script: 5f2a, on @user_script:1.",
      ),
      'no right',
      "Redis at cache:6379 does not allow the default user what is needed (ERR The user executing the script can't run this command or subcommand): allow it in its ACL, or check REDIS_URL_FILE",
    ],
    [
      PEER,
      new SimpleError('ERR DB index is out of range'),
      'no database',
      'Redis at cache:6379 does not have the database that is named (ERR DB index is out of range): check the number after the slash in REDIS_URL_FILE',
    ],
    [PEER, reset, 'encryption wanted', 'use rediss:// if it wants TLS'],
    [PEER, new SocketClosedUnexpectedlyError(), 'encryption wanted', 'use rediss:// if it wants TLS'],
    [
      PEER,
      new Error('Unknown RESP type 21 "\\x15"'),
      'encryption wanted',
      "something else than Redis' protocol",
    ],
    [WITH_TLS, reset, 'own certificate refused', 'set REDIS_SSL_CERT if it wants a certificate'],
    [
      WITH_TLS,
      new ConnectionTimeoutError(),
      'no route',
      'that it speaks TLS there (rediss:// in REDIS_URL_FILE)',
    ],
    [PEER, new ConnectionTimeoutError(), 'no route', 'no answer from Redis at cache:6379 in time'],
  ])('is told in one line: %#', (peer, error, kind, line) => {
    const fault = explainRedisFault(error, peer, true);
    expect(fault).toMatchObject({ kind, message: expect.stringContaining(line) as string, cause: error });
    expect(fault?.message).not.toContain('\n');
  });

  it('is not what cuts a connection that was used, nor what Redis says of itself', () => {
    expect(explainRedisFault(reset, PEER, false)).toBeUndefined();
    expect(explainRedisFault(new SocketClosedUnexpectedlyError(), PEER, false)).toBeUndefined();
    for (const reply of [
      'OOM command not allowed',
      'LOADING Redis is loading',
      'ERR max number of clients reached',
    ])
      expect(explainRedisFault(new SimpleError(reply), PEER, true)).toBeUndefined();
  });

  it.each(['HELLO', 'AUTH'])(
    'shows nothing of what an old server quotes behind %s, nor as the cause',
    (command) => {
      const quoting = `ERR unknown command \`${command}\`, with args beginning with: \`3\`, \`AUTH\`, \`u\`, \`hunter2\`, `;
      const fault = explainRedisFault(new SimpleError(quoting), PEER, true)!;
      expect(fault.message).toBe(
        `Redis at cache:6379 does not know the command ${command}: expected Redis 6 or newer there, check REDIS_URL_FILE`,
      );
      expect(fault.cause).toBeUndefined();
    },
  );
});
