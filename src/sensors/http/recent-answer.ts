import type { Answer, RequestHead } from '../../platform/http/answer.js';
import { matchesETag } from '../../platform/http/conditional.js';
import { problemAnswer } from '../../platform/http/problem-answer.js';
import { SECURITY_HEADERS } from '../../platform/http/security-headers.js';
import { encodeValue, type StoredReading } from '../model/reading.js';

export const RECENT_PATH = '/recent';
/** Clients may store the answer but must revalidate it each time. */
const CACHE_CONTROL = 'no-cache';

/** The one answer to `GET /recent/:sensor_id`, whichever way the reading was looked up. */
export function recentAnswer(
  sensorId: string,
  reading: StoredReading | undefined,
  request: RequestHead,
): Answer {
  if (reading === undefined) {
    return problemAnswer(
      { status: 404, message: `nobody has heard of a sensor ${JSON.stringify(sensorId)}` },
      request.url,
    );
  }
  const { id, timestamp, value } = reading;
  const etag = `"${timestamp}-${id}"`;
  const ifNoneMatch = request.headers['if-none-match'];
  if (ifNoneMatch !== undefined && matchesETag(ifNoneMatch, etag)) {
    return {
      status: 304,
      headers: ['etag', etag, 'cache-control', CACHE_CONTROL, 'x-reading-timestamp', String(timestamp)],
    };
  }
  const body = encodeValue(value);
  return {
    status: 200,
    // prettier-ignore
    headers: [
      'etag', etag,
      'cache-control', CACHE_CONTROL,
      'content-type', 'application/json; charset=utf-8',
      ...SECURITY_HEADERS,
      'x-reading-timestamp', String(timestamp),
      'content-length', String(body.length),
    ],
    body,
  };
}
