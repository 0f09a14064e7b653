import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BearerToken, TokenError } from './bearer-token.js';
import { TokenSource } from './token-source.js';

vi.mock('node:timers/promises', () => import('../../../../../test/support/instant-sleep.js'));

const SECOND = 1_000;

describe('the token of a process', () => {
  let asked: number;
  let answer: () => Promise<BearerToken>;
  let lines: string[];
  let tokens: TokenSource;

  const living = (lifetimeMs: number | undefined) => (): Promise<BearerToken> =>
    Promise.resolve({ value: `token-${asked}`, lifetimeMs });
  const refused = (): Promise<BearerToken> => Promise.reject(new TokenError('no such client'));

  /** Lets timers pass that somebody waits for. */
  async function tokenIn(ms: number): Promise<string> {
    const token = tokens.token();
    token.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(ms);
    return token;
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    asked = 0;
    lines = [];
    answer = living(100 * SECOND);
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    tokens = new TokenSource(() => {
      asked++;
      return answer();
    }, log);
  });
  afterEach(() => void vi.useRealTimers());

  it('is asked for once, however many clients want it', async () => {
    const all = await Promise.all([tokens.token(), tokens.token(), tokens.token()]);
    expect(all).toEqual(['token-1', 'token-1', 'token-1']);
    expect(asked).toBe(1);
  });

  it('is renewed before it ends', async () => {
    await tokens.token();
    await vi.advanceTimersByTimeAsync(79 * SECOND);
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(2 * SECOND);
    expect(asked).toBe(2);
    expect(await tokens.token()).toBe('token-2');
  });

  it('is used while it holds and cannot be renewed, which is told of once, and over once it can', async () => {
    await tokens.token();
    answer = refused;
    await vi.advanceTimersByTimeAsync(90 * SECOND);
    expect(await tokens.token()).toBe('token-1');
    expect(tokens.trouble()).toBe('no such client');
    expect(lines.filter((line) => line.includes('no token for Kafka; trying again'))).toHaveLength(1);
    expect(asked).toBeLessThan(8);
    answer = living(100 * SECOND);
    await vi.advanceTimersByTimeAsync(6 * SECOND);
    expect(tokens.trouble()).toBeUndefined();
    expect(lines.at(-1)).toContain('a token for Kafka can be had again');
  });

  it('is not used once it has ended', async () => {
    await tokens.token();
    answer = refused;
    await vi.advanceTimersByTimeAsync(101 * SECOND);
    await expect(tokenIn(2 * SECOND)).rejects.toThrow('no such client');
  });

  it('is not asked for by each try of each client while there is none', async () => {
    answer = refused;
    for (let tries = 0; tries < 100; tries++) await tokenIn(SECOND / 10).catch(() => undefined);
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(6);
    answer = living(100 * SECOND);
    await vi.advanceTimersByTimeAsync(5 * SECOND);
    expect(await tokenIn(2 * SECOND)).toMatch(/^token-/);
  });

  it('is asked for anew where nobody says when it ends', async () => {
    answer = living(undefined);
    expect(await tokens.token()).toBe('token-1');
    expect(await tokenIn(SECOND)).toBe('token-2');
  });

  it('is asked for anew once a broker does not take it', async () => {
    tokens.refused(await tokens.token());
    expect(await tokenIn(SECOND)).toBe('token-2');
  });
});
