import { TransientError } from '../../../failures/classified-errors.js';

/** A token for SASL OAUTHBEARER (RFC 7628). */
export interface BearerToken {
  readonly value: string;
  /** How long it holds from when it was given, in milliseconds; undefined where nobody says. */
  readonly lifetimeMs: number | undefined;
}

/** No token is to be had, or what was given is none. Its message shows nothing of it. */
export class TokenError extends TransientError {
  override readonly name = 'TokenError';
}

/** RFC 6750, section 2.1: `b64token`. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** @param source where it is from, for the message @throws TokenError when no broker could take it */
export function bearerToken(value: unknown, expiresIn: unknown, source: string): BearerToken {
  if (typeof value !== 'string' || value === '') {
    throw new TokenError(`${source} gives no token: expected one, or JSON with access_token`);
  }
  if (!B64TOKEN.test(value)) {
    throw new TokenError(
      `${source} gives a text of ${value.length} characters that is no token: expected letters, digits and -._~+/ alone, with = at the end only (RFC 6750)`,
    );
  }
  return { value, lifetimeMs: secondsOf(expiresIn) ?? lifetimeInJwt(value) };
}

/** `expires_in` is a number of seconds; some write it as a text. */
function secondsOf(expiresIn: unknown): number | undefined {
  const seconds =
    typeof expiresIn === 'string' && /^\d{1,12}$/.test(expiresIn) ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return undefined;
  return Math.max(0, seconds * 1_000);
}

/** Of a token that is a JWT (RFC 7519), by its `exp`. Whether it is genuine is for the broker to say. */
function lifetimeInJwt(value: string): number | undefined {
  const parts = value.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString('utf8')) as {
      exp?: unknown;
    } | null;
    const exp = claims?.exp;
    return typeof exp === 'number' && Number.isFinite(exp)
      ? Math.max(0, exp * 1_000 - Date.now())
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A token as a command prints it, or an endpoint answers: alone, or as JSON (RFC 6749, section 5.1).
 *
 * @throws TokenError
 */
export function parseToken(text: string, source: string): BearerToken {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return bearerToken(trimmed, undefined, source);
  let answer: { access_token?: unknown; expires_in?: unknown };
  try {
    answer = JSON.parse(trimmed) as typeof answer;
  } catch {
    throw new TokenError(`${source} gives JSON that cannot be read: expected one object with access_token`);
  }
  return bearerToken(answer.access_token, answer.expires_in, source);
}
