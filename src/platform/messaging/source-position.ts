import type { ReceivedEvent } from './received-event.js';

/** The event, by partition and offset, that a stored row was written from. */
export interface SourcePosition {
  /** `topic/partition` */
  readonly stream: string;
  readonly offset: number;
  /** When the event was produced, in milliseconds since the Unix epoch. */
  readonly timestampMs: number;
}

/** A position as read back from a row; all fields are null where the row came over HTTP. */
export interface StoredPosition {
  readonly source: string | null;
  readonly source_offset: number | null;
  /** As text, in microseconds since the Unix epoch: it may be beyond what a number holds. */
  readonly source_time_us: string | null;
}

export function positionOf({ topic, partition, offset, timestampMs }: ReceivedEvent): SourcePosition {
  return { stream: `${topic}/${partition}`, offset, timestampMs };
}

/** 9999-12-31T00:00:00Z and 0001-01-01T00:00:00Z, in milliseconds since the Unix epoch. */
const [LATEST_MS, EARLIEST_MS] = [253_402_214_400_000, -62_135_596_800_000];
/**
 * A sender may put any 64 bits into a timestamp, such as nanoseconds. What is no time is pressed into what PostgreSQL has
 * beyond the years of a calendar: up to the year 273,000, and down to 4713 BC.
 */
const [LATER_PER_MS, EARLIER_PER_MS] = [1_100, 70_000];

function sourceTimeMs({ timestampMs }: SourcePosition): number {
  if (timestampMs > LATEST_MS) return LATEST_MS + Math.floor((timestampMs - LATEST_MS) / LATER_PER_MS);
  if (timestampMs < EARLIEST_MS)
    return EARLIEST_MS + Math.floor((timestampMs - EARLIEST_MS) / EARLIER_PER_MS);
  return timestampMs;
}

/**
 * The time of an event as a timestamptz holds it, in microseconds since the Unix epoch. A later timestamp never becomes
 * an earlier time.
 */
export function sourceTimeUs(position: SourcePosition): bigint {
  const ms = sourceTimeMs(position);
  return Number.isInteger(ms) ? BigInt(ms) * 1_000n : BigInt(Math.round(ms * 1_000));
}

/**
 * Whether an event is at or before the newest one stored of its stream: it was redelivered after a crash, or comes from a
 * consumer that was frozen while another took over its partition. The time is compared too, since a topic that was
 * deleted and created again restarts its offsets at 0, and its events are not old.
 */
export function isDeliveredAgain(position: SourcePosition | undefined, stored: StoredPosition): boolean {
  return (
    position !== undefined &&
    position.stream === stored.source &&
    position.offset <= stored.source_offset! &&
    sourceTimeUs(position) <= BigInt(stored.source_time_us!)
  );
}
