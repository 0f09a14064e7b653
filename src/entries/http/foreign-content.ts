import { ProblemError } from '../../platform/http/problem.js';
import { isMediaType, MEDIA_TYPE_RULE } from '../model/media-type.js';
import type { EntryContent } from '../model/stored-entry.js';
import { requireFit } from './entry-problems.js';

const JSON_TYPE = 'application/json';

export const isJsonType = (contentType: string): boolean =>
  contentType.split(';', 1)[0]!.trim().toLowerCase() === JSON_TYPE;

/**
 * What a body that is no JSON puts under a key: its bytes, of which there may be none.
 *
 * @throws ProblemError 413, and 415 when what it is is not said, or cannot be said again
 */
export function foreignContent(
  body: Buffer,
  contentType: string,
  ttlSeconds: number | undefined,
): EntryContent {
  if (!isMediaType(contentType)) throw unsupported(`must be ${MEDIA_TYPE_RULE}`);
  requireFit(body);
  return { value: copyOf(body), contentType, ttlSeconds };
}

export const unsupported = (detail: string): ProblemError =>
  new ProblemError(415, `Content-Type ${detail}`, { errors: [{ path: 'Content-Type', detail }] });

/** What came may be a small part of what its connection has read, all of which a value that is held would keep in memory. */
function copyOf(body: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(body.length);
  body.copy(copy);
  return copy;
}
