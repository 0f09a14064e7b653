import type { ReceivedEvent } from './received-event.js';

/**
 * The time of an event is 64 bits that its sender may fill with anything: nanoseconds, or nothing at all. Neither
 * PostgreSQL's times nor JavaScript's reach so far, and no text of RFC 3339 goes beyond the year 9999.
 */
type Timed = Pick<ReceivedEvent, 'timestampMs' | 'exactTimestamp'>;

/** What Kafka has where the sender gave no timestamp. */
const NO_TIMESTAMP = -1n;
/** 0001-01-01T00:00:00Z, in milliseconds since the Unix epoch. */
const FIRST_MS = -62_135_596_800_000n;
/** 9999-01-01T00:00:00Z: the year that follows is for what is no time. */
const END_MS = 253_370_764_800_000n;
const US_PER_MS = 1_000n;
const US_OF_A_YEAR = 31_536_000_000_000n;
const [MIN_INT64, MAX_INT64] = [-(2n ** 63n), 2n ** 63n - 1n];

/** The nearest whole number of 64 bits. */
export function int64Of(value: number): bigint {
  if (Number.isSafeInteger(value)) return BigInt(value);
  const whole = Number.isFinite(value) ? BigInt(Math.floor(value)) : MIN_INT64;
  return whole < MIN_INT64 ? MIN_INT64 : whole > MAX_INT64 ? MAX_INT64 : whole;
}

/** The timestamp to the digit. */
export function timestampOf({ exactTimestamp, timestampMs }: Timed): bigint {
  return exactTimestamp === undefined ? int64Of(timestampMs) : BigInt.asIntN(64, exactTimestamp);
}

function isInCalendar(timestamp: bigint): boolean {
  return timestamp >= FIRST_MS && timestamp < END_MS;
}

/**
 * The time that a column of type timestamptz has for an event, in microseconds since the Unix epoch. Events of one place
 * in a topic are told apart by it, so what is no time becomes one of the year 9999 that hardly any other event has.
 */
export function columnTimeUs(event: Timed): bigint {
  const timestamp = timestampOf(event);
  if (!isInCalendar(timestamp)) return END_MS * US_PER_MS + (BigInt.asUintN(64, timestamp) % US_OF_A_YEAR);
  // Messages that never were in Kafka are dated to the microsecond.
  return Number.isInteger(event.timestampMs)
    ? timestamp * US_PER_MS
    : BigInt(Math.round(event.timestampMs * 1_000));
}

/** The moment that a timestamp is when it counts milliseconds; undefined where it cannot. */
export function momentOf(timestamp: bigint): Date | undefined {
  return timestamp !== NO_TIMESTAMP && isInCalendar(timestamp) ? new Date(Number(timestamp)) : undefined;
}
