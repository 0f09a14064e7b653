/**
 * The moment that a valid `date_created` tells, in milliseconds since the Unix epoch. RFC 3339 allows a small
 * `t` and `z`, ECMAScript's own format does not.
 */
export function instantMs(dateCreated: string): number {
  return Date.parse(dateCreated.toUpperCase());
}

const MICROSECONDS_A_MS = 1_000;

/** Microseconds since the Unix epoch as RFC 3339 in UTC, to the microsecond. */
export function momentText(us: number): string {
  const milliseconds = new Date(Math.floor(us / MICROSECONDS_A_MS)).toISOString().slice(0, -1);
  return `${milliseconds}${String(us % MICROSECONDS_A_MS).padStart(3, '0')}Z`;
}

/** SQL for the same text of a timestamptz, whatever the session's settings are. */
export function momentTextOf(expression: string): string {
  return `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
