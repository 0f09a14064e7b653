import { describe, expect, it } from 'vitest';
import { BudgetSpentError } from '../cache/time-budget.js';
import { CacheLoadError, CacheLoadTimeoutError } from '../cache/cache.errors.js';
import { RedisDownError } from '../cache/redis-connection.js';
import { TooBusyError } from '../http/too-busy.error.js';
import { knownFailures } from '../known-failures.js';
import { DeadLettersFullError } from '../dead-letters/dead-letter-capacity.js';
import { Failures } from './failures.js';
import { PermanentError, TransientError } from './classified-errors.js';

const coded = (code: string): Error => Object.assign(new Error(code), { code });

describe('an error that says itself what it is', () => {
  const nobodyKnows = new Failures([]);

  it.each([
    new TransientError('away'),
    new TooBusyError('full'),
    new DeadLettersFullError(1),
    new RedisDownError('down'),
    new BudgetSpentError(25),
    new CacheLoadTimeoutError('k', 1),
    new CacheLoadError('k', undefined, { cause: new TransientError('away') }),
  ])('is transient: $name', (error) => {
    expect(nobodyKnows.kindOf(error)).toBe('transient');
  });

  it('is permanent, whatever others would make of it', () => {
    const error = Object.assign(new PermanentError('never'), { code: 'ECONNRESET' });
    expect(knownFailures().kindOf(error)).toBe('permanent');
  });

  it('is believed when its property is true, and not when it has only one of that name', () => {
    expect(nobodyKnows.kindOf(Object.assign(new Error('no'), { isTransient: true }))).toBe('transient');
    expect(nobodyKnows.kindOf(Object.assign(new Error('no'), { isTransient: 'maybe' }))).toBe('bug');
  });
});

describe('an error of several', () => {
  const kindOf = (...errors: unknown[]) => knownFailures().kindOf(new AggregateError(errors, 'several'));

  it('is transient while one of them is: the others tell once that has passed', () => {
    expect(kindOf(new TypeError('no'), coded('22003'), coded('ECONNREFUSED'))).toBe('transient');
  });

  it('is else permanent if one of them is, and a bug if none tells', () => {
    expect(kindOf(new TypeError('no'), coded('22003'))).toBe('permanent');
    expect(kindOf(new TypeError('no'))).toBe('bug');
    expect(kindOf()).toBe('bug');
    expect(kindOf({ code: 'ECONNREFUSED' })).toBe('bug');
  });
});

describe('a context', () => {
  const kindOf = (error: unknown) =>
    knownFailures([
      { classifyFailure: ({ code }) => (code === 'E_CARRIER' ? 'transient' : undefined) },
      {},
      { classifyFailure: () => 'permanent' },
    ]).kindOf(error);

  it('knows failures that nobody else does, also as causes', () => {
    expect(kindOf(coded('E_CARRIER'))).toBe('transient');
    expect(knownFailures().kindOf(coded('E_CARRIER'))).toBe('bug');
  });

  it('is not asked about failures that the platform knows', () => {
    expect(kindOf(coded('40P01'))).toBe('transient');
    expect(kindOf(coded('P0001'))).toBe('bug');
    expect(kindOf(new TypeError('no'))).toBe('permanent');
  });
});

describe('another failure', () => {
  it('is transient when the wait was ended', () => {
    expect(knownFailures().kindOf(AbortSignal.abort().reason)).toBe('transient');
  });

  it.each([
    new TypeError('undefined is not a function'),
    new RangeError('Invalid time value'),
    new Error('nobody thought of it'),
    Object.assign(new Error('its code is no SQLSTATE'), { code: 'FST_ERR' }),
    'a text',
    null,
    undefined,
    42,
  ])('is a bug: %s', (error) => {
    expect(knownFailures().kindOf(error)).toBe('bug');
  });

  it('is judged although its causes go round in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    expect(knownFailures().kindOf(error)).toBe('bug');
  });
});
