/**
 * An expression for a column of type timestamptz as an RFC 3339 time, in UTC and to the millisecond. As a value by itself
 * it would come as `datestyle` and `timezone` say, and pg reads only what their defaults write.
 */
export function asRfc3339(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
