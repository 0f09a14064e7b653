/**
 * The moment that a valid `date_created` tells, in milliseconds since the Unix epoch. RFC 3339 allows a small
 * `t` and `z`, ECMAScript's own format does not.
 */
export function instantMs(dateCreated: string): number {
  return Date.parse(dateCreated.toUpperCase());
}
