import type { RepeatableAnswer } from '../../platform/http/idempotency-keys.js';
import type { StoredReading } from '../model/reading.js';

/** The one answer to readings that were stored. The same readings give the same answer. */
export function storedAnswer(stored: readonly StoredReading[]): RepeatableAnswer {
  return {
    status: 201,
    headers: { 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ reading_ids: stored.map(({ id }) => id) }),
  };
}
