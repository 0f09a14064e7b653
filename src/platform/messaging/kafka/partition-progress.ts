import { timestampOf } from '../event-time.js';
import type { ReceivedEvent } from '../received-event.js';
import type { ReadAnchor, ReadPosition } from '../replays.js';

/** The first offset of a partition, and the one that its next record will have. */
export interface OffsetRange {
  readonly low: number;
  readonly high: number;
}

/**
 * How far one partition has been read from its beginning, or from where reading went on. What was read before counts only
 * while the last record of it still stands in its place: it is read again whenever the process may have missed something.
 */
export class PartitionProgress {
  /** The last record, as long as it has to be seen again. */
  private awaited: ReadAnchor | undefined;
  private awaitedSinceMs: number | undefined;
  /** When all of the partition was last known to have been read. */
  private atEndMs: number;
  /** The same, or when the reading began: no tombstone of later was missed. */
  private freshMs: number;

  /**
   * @param endAtStart the end that it had at the start
   * @param since when all of it was known to have been read, and when the reading began
   */
  constructor(
    private current: ReadPosition,
    private readonly endAtStart: number,
    since: { readonly atEndMs: number; readonly freshMs: number },
  ) {
    this.awaited = current.anchor;
    this.atEndMs = since.atEndMs;
    this.freshMs = since.freshMs;
  }

  get position(): ReadPosition {
    return this.current;
  }

  get hasPassed(): boolean {
    return this.awaited === undefined && this.current.next >= this.endAtStart;
  }

  /** Whether the records from the position on are all there, if the partition has this range. */
  isWithin({ low, high }: OffsetRange): boolean {
    const { next, anchor } = this.current;
    return next <= high && low <= (anchor?.offset ?? next);
  }

  /** @returns the offset to read from: that of the last record that was read, to see that it is still there */
  begin(nowMs: number): number {
    this.awaited = this.current.anchor;
    this.awaitedSinceMs = nowMs;
    return this.awaited?.offset ?? this.current.next;
  }

  /**
   * Whether what was fetched begins where it had to: a broker that does not have the offset is asked for another. kafkajs may
   * also come again with the last record, which is compared then.
   */
  goesOnAt(offset: number): boolean {
    const { next, anchor } = this.current;
    if (offset === anchor?.offset) this.awaited = anchor;
    return offset === (this.awaited?.offset ?? next);
  }

  /** How long the last record has been awaited since the reading began, in milliseconds; 0 when it is not. */
  awaitedMs(nowMs: number): number {
    return this.awaited === undefined ? 0 : nowMs - (this.awaitedSinceMs ?? nowMs);
  }

  /** The events without the last record that was read before; undefined where another stands in its place, or none. */
  verified(events: readonly ReceivedEvent[]): readonly ReceivedEvent[] | undefined {
    const { awaited } = this;
    if (awaited === undefined) return events;
    const [first] = events;
    if (first === undefined || !isSame(first, awaited)) return undefined;
    this.awaited = undefined;
    return events.slice(1);
  }

  /**
   * All before `next` has been read.
   *
   * @param last the last record of it; undefined where there was none, as behind the marker of a transaction
   * @returns false where that passes the record that is awaited, which therefore is not there any more
   */
  read(next: number, last: ReceivedEvent | undefined): boolean {
    if (this.awaited !== undefined) return next <= this.awaited.offset;
    const anchor =
      last === undefined
        ? this.current.anchor
        : { offset: last.offset, time: timestampOf(last), key: last.key };
    this.current = { next: Math.max(next, this.current.next), anchor };
    return true;
  }

  /** The partition ended at `high` at a time: when it was asked, or when that came. */
  sawEnd(high: number, atMs: number): void {
    if (this.awaited !== undefined || this.current.next < high) return;
    this.atEndMs = Math.max(this.atEndMs, atMs);
    this.freshMs = Math.max(this.freshMs, atMs);
  }

  /** Milliseconds in which tombstones may have come and gone unread. */
  staleMs(nowMs: number): number {
    return nowMs - this.freshMs;
  }

  /** Milliseconds since it was last known to be read to its end. */
  behindMs(nowMs: number): number {
    return nowMs - this.atEndMs;
  }
}

function isSame(event: ReceivedEvent, { offset, time, key }: ReadAnchor): boolean {
  if (event.offset !== offset || timestampOf(event) !== time) return false;
  return event.key === null || key === null ? event.key === key : event.key.equals(key);
}
