/** What the body of each error answer has as its `code`. */
export const ERROR_CODES = [
  'INVALID_REQUEST',
  'NOT_FOUND',
  'VERSION_MISMATCH',
  'TOO_LARGE',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'INTERNAL_ERROR',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Those that a status of its own has. */
const BY_STATUS: ReadonlyMap<number, ErrorCode> = new Map([
  [404, 'NOT_FOUND'],
  [409, 'VERSION_MISMATCH'],
  [412, 'VERSION_MISMATCH'],
  [413, 'TOO_LARGE'],
  [429, 'RATE_LIMITED'],
  [503, 'UNAVAILABLE'],
]);

/** @param status of an error: 400 to 599 */
export const errorCodeOf = (status: number): ErrorCode =>
  BY_STATUS.get(status) ?? (status < 500 ? 'INVALID_REQUEST' : 'INTERNAL_ERROR');
