import type { Answer, RequestHead } from '../../platform/http/answer.js';
import { matchesETag } from '../../platform/http/conditional.js';
import { SECURITY_HEADERS } from '../../platform/http/security-headers.js';
import type { HeldUser } from '../model/held-user.js';

export const USERS_PATH = '/v1/users';
/** Clients may store the answer but must revalidate it each time. */
const CACHE_CONTROL = 'no-cache';
const CONTENT_TYPE = 'application/json; charset=utf-8';
const SECOND_MS = 1_000;

let timestampOf = -1;
let timestamp = '';

/** Now in UTC, in whole seconds: always of one length. */
function timestampNow(): string {
  const second = Math.floor(Date.now() / SECOND_MS);
  if (second !== timestampOf) {
    timestamp = `${new Date(second * SECOND_MS).toISOString().slice(0, -5)}Z`;
    timestampOf = second;
  }
  return timestamp;
}

const tailOf = (isHit: boolean): string =>
  `"cache_hit":${isHit},"metadata":{"timestamp":"${timestampNow()}","version":"v1"}}`;

/** What stands around a user. */
interface Frame {
  readonly head: string;
  readonly isHit: boolean;
  readonly bytes: number;
}

function frameOf(message: string, isHit: boolean): Frame {
  const head = `{"code":200,"message":"${message}",`;
  return { head, isHit, bytes: head.length + ','.length + tailOf(isHit).length };
}

const FROM_POSTGRES = frameOf('ok:postgres', false);
const FRAMES = { redis: frameOf('ok:redis', true), memory: frameOf('ok:memory', true) };

/** Where a user was found: in PostgreSQL, or in the hot tier by its name. */
export type FoundIn = 'postgres' | keyof typeof FRAMES;

/** The one answer with a user, whichever way it was looked up. */
export function userAnswer(user: HeldUser, foundIn: FoundIn, { headers }: RequestHead): Answer {
  const { members, bytes, etag } = user;
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined && namesIt(ifNoneMatch, etag)) {
    return { status: 304, headers: ['etag', etag, 'cache-control', CACHE_CONTROL] };
  }
  const frame = foundIn === 'postgres' ? FROM_POSTGRES : FRAMES[foundIn];
  return {
    status: 200,
    // prettier-ignore
    headers: [
      'etag', etag,
      'cache-control', CACHE_CONTROL,
      'content-type', CONTENT_TYPE,
      ...SECURITY_HEADERS,
      'content-length', String(frame.bytes + bytes),
    ],
    body: `${frame.head}${members},${tailOf(frame.isHit)}`,
  };
}

const WEAK = 'W/';
/** By weak comparison, where ours is weak. */
const namesIt = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch === etag || matchesETag(ifNoneMatch, etag.slice(WEAK.length));

const REFUSALS = { 400: 'invalid user_id', 404: 'not found', 500: 'internal error' } as const;
const RETRY_AFTER_SECONDS = '1';

/** The answer without a user. */
export function refusalAnswer(status: keyof typeof REFUSALS): Answer {
  const body = `{"code":${status},"message":"${REFUSALS[status]}",${tailOf(false)}`;
  return {
    status,
    // prettier-ignore
    headers: [
      'cache-control', status === 404 ? CACHE_CONTROL : 'no-store',
      'content-type', CONTENT_TYPE,
      ...SECURITY_HEADERS,
      ...(status === 500 ? ['retry-after', RETRY_AFTER_SECONDS] : []),
      'content-length', String(body.length),
    ],
    body,
  };
}
