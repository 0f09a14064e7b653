import type { IncomingHttpHeaders } from 'node:http';
import { parseIfNoneMatch, parseOptionalIfMatch } from '../../platform/http/conditional.js';
import { invalidParameter } from '../../platform/http/invalid-request.js';
import { aMoment, firstMicrosecond } from '../../platform/http/request-parameters.js';
import { isStorableDateTime } from '../../platform/validation/rfc3339.js';
import type { EntriesSettings } from '../entries.settings.js';
import type { EntryWrite } from '../model/entry-write.js';

const CONDITIONS = ['If-Match', 'If-None-Match'];
const WRITE_TIMESTAMP = 'X-Write-Timestamp';

/** What the fields of a write say of when it is made. @throws ProblemError 400 */
export function conditionsOf(
  headers: IncomingHttpHeaders,
  mode: EntriesSettings['ENTRIES_WRITE'],
): Pick<EntryWrite, 'ifMatch' | 'ifNoneMatch' | 'writtenAtUs'> {
  if (mode === 'behind') {
    refuseFields(headers, CONDITIONS, 'cannot be judged before the write is stored (ENTRIES_WRITE=behind)');
  }
  return {
    ifMatch: parseOptionalIfMatch(headers['if-match']),
    ifNoneMatch: parseIfNoneMatch(headers['if-none-match']),
    writtenAtUs: writtenAtOf(headers),
  };
}

/** Of several writes at once. @throws ProblemError 400 for what is said of one */
export const refuseConditions = (headers: IncomingHttpHeaders): void =>
  refuseFields(headers, [...CONDITIONS, WRITE_TIMESTAMP], 'is of one entry, and not possible with several');

function refuseFields(headers: IncomingHttpHeaders, names: readonly string[], detail: string): void {
  for (const name of names) {
    if (headers[name.toLowerCase()] !== undefined) throw invalidParameter(name, detail);
  }
}

/** In microseconds since the Unix epoch, of which a number holds those from 1684 to 2255; what is beyond them is rounded up. */
function writtenAtOf(headers: IncomingHttpHeaders): number | undefined {
  const field = headers[WRITE_TIMESTAMP.toLowerCase()];
  if (field === undefined) return undefined;
  const moment = typeof field === 'string' && isStorableDateTime(field) ? aMoment(field) : undefined;
  const us = moment && firstMicrosecond(moment);
  if (us === undefined || !Number.isSafeInteger(us)) {
    throw invalidParameter(
      WRITE_TIMESTAMP,
      'must be one RFC 3339 time from 1684 to 2255, such as 2026-11-30T18:45:26.123456Z',
    );
  }
  return us;
}
