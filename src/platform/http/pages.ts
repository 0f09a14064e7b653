import { aWholeNumber, type ParameterReader } from './request-parameters.js';

/** The page size when `limit` is not given. */
export const DEFAULT_LIMIT = 50;

/** Parses the parameter `limit` of a list: the largest page size. */
export function takeLimit(
  reader: ParameterReader,
  maxLimit: number,
  defaultLimit: number = DEFAULT_LIMIT,
): number {
  const limit = reader.take('limit', aWholeNumber(1, maxLimit), `a whole number from 1 to ${maxLimit}`);
  return limit ?? defaultLimit;
}

/**
 * The cursor of the page after a place in a list, opaque to the client. The place is what the list is sorted by, so that a
 * page costs the same wherever it begins (a keyset); a part of it has no `/`.
 */
export function cursorOf(...place: readonly (string | number)[]): string {
  return Buffer.from(place.join('/'), 'latin1').toString('base64url');
}

/** The parts of a place, as texts of any kind: a cursor comes from the client. */
export function placeOf(cursor: string): string[] {
  return Buffer.from(cursor, 'base64url').toString('latin1').split('/');
}

/** The Link field (RFC 8288) of a page that another follows: the same request, from a cursor on. */
export function linkToNextPage(path: string, url: string, cursor: string): string {
  const query = url.indexOf('?');
  const next = new URLSearchParams(query === -1 ? '' : url.slice(query + 1));
  next.set('cursor', cursor);
  return `<${path}?${next.toString()}>; rel="next"`;
}
