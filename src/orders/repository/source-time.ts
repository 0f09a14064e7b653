import type { OrderSource } from './order-to-store.js';

/** 9999-12-31T00:00:00Z and 0001-01-01T00:00:00Z, in milliseconds since the Unix epoch. */
const [LATEST_MS, EARLIEST_MS] = [253_402_214_400_000, -62_135_596_800_000];
/**
 * A sender may put any 64 bits into a timestamp, such as nanoseconds. What is no time is pressed into what PostgreSQL has
 * beyond the years of a calendar: up to the year 273,000, and down to 4713 BC.
 */
const [LATER_PER_MS, EARLIER_PER_MS] = [1_100, 70_000];

function sourceTimeMs({ timestampMs }: OrderSource): number {
  if (timestampMs > LATEST_MS) return LATEST_MS + Math.floor((timestampMs - LATEST_MS) / LATER_PER_MS);
  if (timestampMs < EARLIEST_MS)
    return EARLIEST_MS + Math.floor((timestampMs - EARLIEST_MS) / EARLIER_PER_MS);
  return timestampMs;
}

/**
 * The time of an event as `orders.source_time` holds it, in microseconds since the Unix epoch. A later timestamp never
 * becomes an earlier time.
 */
export function sourceTimeUs(source: OrderSource): bigint {
  const ms = sourceTimeMs(source);
  return Number.isInteger(ms) ? BigInt(ms) * 1_000n : BigInt(Math.round(ms * 1_000));
}
