import { describe, expect, it } from 'vitest';
import { parseToken, TokenError } from './bearer-token.js';

const SOURCE = 'the command of SOME_SETTING';

const jwt = (claims: object): string =>
  ['{"alg":"none"}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

describe('a token', () => {
  it('may stand alone, or in JSON that says how long it holds', () => {
    expect(parseToken('abc-._~+/==\n', SOURCE)).toEqual({ value: 'abc-._~+/==', lifetimeMs: undefined });
    expect(parseToken('{"access_token":"abc","expires_in":300}', SOURCE).lifetimeMs).toBe(300_000);
    expect(parseToken('{"access_token":"abc","expires_in":"300"}', SOURCE).lifetimeMs).toBe(300_000);
  });

  it('tells by itself how long it holds, where it is a JWT', () => {
    const { lifetimeMs } = parseToken(jwt({ exp: Date.now() / 1_000 + 60 }), SOURCE);
    expect(lifetimeMs).toBeGreaterThan(59_000);
    expect(lifetimeMs).toBeLessThanOrEqual(60_000);
    expect(parseToken(jwt({ exp: 1 }), SOURCE).lifetimeMs).toBe(0);
    expect(parseToken(jwt({ exp: 'soon' }), SOURCE).lifetimeMs).toBeUndefined();
    expect(parseToken('a.!!.c'.replaceAll('!', '-'), SOURCE).lifetimeMs).toBeUndefined();
  });

  it.each([
    '',
    'two words',
    'secret\u0001auth=x',
    'sécret',
    '{"access_token":"a b"}',
    '{"access_token":7}',
    '{oops',
  ])('is refused, and not shown, when no broker could take it: %j', (text) => {
    expect(() => parseToken(text, SOURCE)).toThrow(TokenError);
    expect(() => parseToken(text, SOURCE)).toThrow(/^the command of SOME_SETTING gives .*: expected/);
    expect(() => parseToken(text, SOURCE)).not.toThrow(/two words|s.cret/);
  });
});
