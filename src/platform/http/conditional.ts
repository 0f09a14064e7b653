import { ProblemError } from './problem.js';

/** RFC 9110, section 8.8.3; Node hands a field's bytes over as Latin-1. A comma may stand within an ETag. */
const ETAG = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
/** A recipient must accept empty list elements (section 5.6.1.2). */
const LIST = new RegExp(String.raw`^[ \t,]*${ETAG}(?:[ \t]*,(?:[ \t]*${ETAG})?)*[ \t]*$`);
const IF_MATCH = 'If-Match';
const IF_NONE_MATCH = 'If-None-Match';
const WEAK = 'W/';

/**
 * The strong ETags of an If-Match field, or `*` (RFC 9110, section 13.1.1). Weak ones are left out, since by strong
 * comparison they match nothing.
 *
 * @param what the thing to be changed, for the message: 'the order'
 * @throws ProblemError 428 when the field is missing, 400 when it is malformed
 */
export function parseIfMatch(field: string | undefined, what: string): '*' | string[] {
  if (field === undefined) {
    const detail = `must be there: the ETag that ${what} was read with, or *`;
    throw new ProblemError(428, `${IF_MATCH} ${detail}`, { errors: [{ path: IF_MATCH, detail }] });
  }
  return strongIfMatch(field);
}

/**
 * As {@link parseIfMatch}, where a change may come without.
 *
 * @returns undefined when the field is missing
 * @throws ProblemError 400 when it is malformed
 */
export const parseOptionalIfMatch = (field: string | undefined): '*' | string[] | undefined =>
  field === undefined ? undefined : strongIfMatch(field);

function strongIfMatch(field: string): '*' | string[] {
  const etags = etagsOf(field, IF_MATCH);
  return etags === '*' ? etags : etags.filter((etag) => !etag.startsWith(WEAK));
}

/**
 * As {@link parseIfMatch}, for what has weak ETags alone: each of the field's stands in its weak form, `W/"x"`, also where it
 * came as `"x"`. RFC 9110 has If-Match compare strongly, by which a weak ETag could never be named.
 *
 * @returns undefined when the field is missing
 * @throws ProblemError 400 when it is malformed
 */
export function parseWeakIfMatch(field: string | undefined): '*' | string[] | undefined {
  if (field === undefined) return undefined;
  const etags = etagsOf(field, IF_MATCH);
  return etags === '*' ? etags : etags.map((etag) => (etag.startsWith(WEAK) ? etag : WEAK + etag));
}

/**
 * The ETags of an If-None-Match field as a condition of a change, or `*` (RFC 9110, section 13.1.2), each in its strong form:
 * they are compared weakly, so that `W/"x"` names `"x"`. Whoever reads has {@link matchesETag}.
 *
 * @returns undefined when the field is missing
 * @throws ProblemError 400 when it is malformed
 */
export function parseIfNoneMatch(field: string | undefined): '*' | string[] | undefined {
  if (field === undefined) return undefined;
  const etags = etagsOf(field, IF_NONE_MATCH);
  return etags === '*'
    ? etags
    : etags.map((etag) => (etag.startsWith(WEAK) ? etag.slice(WEAK.length) : etag));
}

function etagsOf(field: string, name: string): '*' | string[] {
  if (field.trim() === '*') return '*';
  if (!LIST.test(field)) {
    const detail = 'must be a list of ETags in quotes, such as "v1-0123456789abcdef", or *';
    throw new ProblemError(400, `${name} ${detail}`, { errors: [{ path: name, detail }] });
  }
  return field.match(new RegExp(ETAG, 'g')) ?? [];
}

/**
 * Whether an If-None-Match field names the ETag, by weak comparison (RFC 9110, section 13.1.2): `*`, or a list of
 * ETags, each perhaps with `W/` before it.
 */
export function matchesETag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}
