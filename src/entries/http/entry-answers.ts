import type { Answer, RequestHead } from '../../platform/http/answer.js';
import { matchesETag } from '../../platform/http/conditional.js';
import { isLoadedAsCode } from '../../platform/http/fetch-destination.js';
import { problemAnswer } from '../../platform/http/problem-answer.js';
import { FOREIGN_CONTENT_HEADERS, SECURITY_HEADERS } from '../../platform/http/security-headers.js';
import { isShown, type ShownEntry } from '../model/held-entry.js';
import { LOADED_AS_CODE, NOT_FOUND } from './entry-problems.js';

export const JSON_TYPE = 'application/json; charset=utf-8';
/** Clients may store the answer but must revalidate it each time. */
const CACHE_CONTROL = 'no-cache';

/** The answer to `GET /v1/cache/:key`, whichever way it is sent. @param entry undefined: there is no value */
export function entryAnswer(entry: ShownEntry | undefined, { url, headers }: RequestHead): Answer {
  if (entry === undefined || !isShown(entry)) return problemAnswer(NOT_FOUND, url);
  const { etag, body, contentType } = entry;
  if (contentType !== undefined && isLoadedAsCode(headers)) return problemAnswer(LOADED_AS_CODE, url);
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined && etag !== undefined && matchesETag(ifNoneMatch, etag)) {
    return { status: 304, headers: ['etag', etag, 'cache-control', CACHE_CONTROL] };
  }
  return {
    status: 200,
    // prettier-ignore
    headers: [
      ...(etag === undefined ? [] : ['etag', etag]),
      'cache-control', CACHE_CONTROL,
      'content-type', contentType ?? JSON_TYPE,
      ...(contentType === undefined ? SECURITY_HEADERS : FOREIGN_CONTENT_HEADERS),
      'content-length', String(body.length),
    ],
    body,
  };
}
