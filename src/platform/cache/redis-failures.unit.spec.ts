import * as redis from 'redis';
import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../failures/failure-kind.js';
import { knownFailures } from '../known-failures.js';
import { REDIS_CLASS_KINDS, REDIS_REPLY_KINDS } from './redis-failures.js';

type ErrorClass = abstract new (...of: never[]) => Error;

const isErrorClass = (exported: unknown): exported is ErrorClass =>
  typeof exported === 'function' && exported.prototype instanceof Error;

const kindOf = (error: unknown): FailureKind => knownFailures().kindOf(error);

describe('a failure that node-redis tells', () => {
  const classes = Object.entries(redis as Record<string, unknown>).filter(([, one]) => isErrorClass(one));

  it.each(classes)('is judged on purpose: %s', (name, RedisError) => {
    expect((RedisError as ErrorClass).name).toBe(name);
    expect(REDIS_CLASS_KINDS).toHaveProperty(name);
  });

  it('is judged for all classes that there are, and for no others', () => {
    expect(classes.map(([name]) => name).sort()).toEqual(Object.keys(REDIS_CLASS_KINDS).sort());
  });

  it.each<[string, Error]>([
    ['a connection that was cut', new redis.SocketClosedUnexpectedlyError()],
    ['a connection that is not made in time', new redis.ConnectionTimeoutError()],
    ['a connection that is silent', new redis.SocketTimeoutError(100)],
    ['a client that was ended', new redis.ClientClosedError()],
    ['a client that is not connected', new redis.ClientOfflineError()],
    ['a client that is being ended', new redis.DisconnectsClientError()],
    ['a command that takes too long', new redis.TimeoutError()],
    ['a command that takes too long, of a class below', new redis.CommandTimeoutDuringMaintenanceError(9)],
    ['a wait that was ended', new redis.AbortError()],
    ['a watched key that was changed', new redis.WatchError()],
    ['a client that has given up', new redis.ReconnectStrategyError(new Error('enough'), new Error('cut'))],
    ['a queue that is full', new Error('The queue is full')],
    ['no Sentinel', new Error('None of the sentinels are available')],
  ])('is transient: %s', (_, error) => {
    expect(error.name).toBe('Error');
    expect(kindOf(error)).toBe('transient');
    expect(kindOf(new Error('the shelf could not be read', { cause: error }))).toBe('transient');
  });
});

describe('a failure that Redis replies with', () => {
  it.each(Object.entries(REDIS_REPLY_KINDS))('%s is %s', (word, kind) => {
    expect(kindOf(new redis.SimpleError(`${word} as Redis puts it`))).toBe(kind);
    expect(kindOf(new redis.BlobError(`${word} as Redis puts it`))).toBe(kind);
  });

  it.each<[FailureKind, string]>([
    ['transient', 'ERR max number of clients reached'],
    ['transient', "ERR unknown command 'GETEX', with args beginning with: 'k' "],
    ['transient', 'ERR AUTH <password> called without any password configured for the default user.'],
    ['transient', 'ERR DB index is out of range'],
    ['transient', "ERR The user executing the script can't run this command or subcommand script: 5f2a"],
    ['transient', "ERR ACL failure in script: User u has no permissions to run the 'set' command"],
    ['bug', 'ERR syntax error'],
    ['bug', 'ERR value is not an integer or out of range'],
    ['bug', 'NEVERHEARDOF as a module puts it'],
    ['bug', 'loading is a word of somebody else'],
    ['transient', "OOM command not allowed when used memory > 'maxmemory'. script: 5f2a, on @user_script:1."],
    [
      'transient',
      "ERR Error running script (call to f_5f2a): @user_script:1: @user_script: 1: -READONLY You can't write against a read only replica.",
    ],
    [
      'bug',
      'ERR Error running script (call to f_5f2a): @user_script:1: @user_script: 1: -WRONGTYPE Operation against',
    ],
    [
      'transient',
      'EXECABORT Transaction discarded because of: LOADING Redis is loading the dataset in memory',
    ],
    ['bug', 'EXECABORT Transaction discarded because of previous errors.'],
  ])('is %s: %s', (kind, reply) => {
    expect(kindOf(new redis.SimpleError(reply))).toBe(kind);
  });

  it('is judged by what each command of a transaction was told', () => {
    const wrong = new redis.SimpleError('WRONGTYPE Operation against a key');
    const full = new redis.SimpleError('OOM command not allowed');
    expect(kindOf(new redis.MultiErrorReply(['OK', wrong, full] as never, [1, 2]))).toBe('transient');
    expect(kindOf(new redis.MultiErrorReply(['OK', wrong] as never, [1]))).toBe('bug');
  });

  it('is not looked for in errors of others', () => {
    expect(kindOf(new Error('LOADING, so to speak'))).toBe('bug');
  });
});
