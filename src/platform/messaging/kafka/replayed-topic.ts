import type { KeptPositions, ReadPosition, ReplayReading } from '../replays.js';
import { type OffsetRange, PartitionProgress } from './partition-progress.js';

/** The ends of partitions are looked at every second, and this is the time that one look may take besides. */
const UNNOTICED_MS = 2_500;
/** A topic that keeps tombstones for less is read anew after this all the same, and not time and again. */
const LEAST_STALE_MS = 30_000;
/** A record that was read before and does not come in such a time without any is not there any more, */
const ANCHOR_QUIET_MS = 15_000;
/** nor in this time, whatever else comes. */
const ANCHOR_WAIT_MS = 180_000;

export type OffsetRanges = ReadonlyMap<number, OffsetRange>;

/** How far each partition of a topic has been read. */
export class ReplayedTopic implements ReplayReading {
  private partitions = new Map<number, PartitionProgress>();
  private ranges: OffsetRanges = new Map();
  /** Whether the end that it had at the start has been passed; stays true. */
  hasPassed = false;
  /** Whether the end is still to be passed: at the start, and once more after a restart. */
  isUnderWay = true;
  /** When something of it was read last. */
  private readAtMs = 0;

  constructor(readonly name: string) {}

  /**
   * Begins at positions that were kept.
   *
   * @returns false where they do not fit the topic; then nothing is changed
   */
  resume({ positions, ageMs }: KeptPositions, ranges: OffsetRanges): boolean {
    for (const partition of positions.keys()) if (!ranges.has(partition)) return false;
    const readMs = performance.now() - ageMs;
    const partitions = new Map<number, PartitionProgress>();
    for (const [partition, range] of ranges) {
      const kept = positions.get(partition);
      // Without a record there is nothing to tell by whether the partition is still the one that was read.
      const position = kept?.anchor === undefined ? { next: range.low } : kept;
      const progress = new PartitionProgress(position, range.high, { atEndMs: readMs, freshMs: readMs });
      if (!progress.isWithin(range)) return false;
      partitions.set(partition, progress);
    }
    this.partitions = partitions;
    this.ranges = ranges;
    return true;
  }

  /** Begins at the beginning. */
  startOver(ranges: OffsetRanges): void {
    const freshMs = performance.now();
    const atEndMs = freshMs - this.longestBehindMs();
    this.isUnderWay = true;
    this.ranges = ranges;
    this.partitions = new Map(
      [...ranges].map(([partition, { low, high }]) => [
        partition,
        new PartitionProgress({ next: low }, high, { atEndMs, freshMs }),
      ]),
    );
  }

  /** One that was added to the topic is read from its beginning. */
  partition(partition: number): PartitionProgress {
    return this.partitions.get(partition) ?? this.add(partition, 0);
  }

  /** Where to read on, by partition, when the process may have missed something. */
  begin(): ReadonlyMap<number, number> {
    const nowMs = performance.now();
    return new Map([...this.partitions].map(([partition, progress]) => [partition, progress.begin(nowMs)]));
  }

  /** Whether the end has just been passed; to be asked each time that something was read. */
  passes(): boolean {
    this.readAtMs = performance.now();
    if (!this.isUnderWay) return false;
    for (const progress of this.partitions.values()) if (!progress.hasPassed) return false;
    this.isUnderWay = false;
    this.hasPassed = true;
    return true;
  }

  positions(): ReadonlyMap<number, ReadPosition> {
    return new Map([...this.partitions].map(([partition, { position }]) => [partition, position]));
  }

  lowOffsets(): ReadonlyMap<number, number> {
    return new Map([...this.ranges].map(([partition, { low }]) => [partition, low]));
  }

  behindMs(): number {
    const behindMs = this.longestBehindMs();
    return behindMs <= UNNOTICED_MS ? 0 : behindMs;
  }

  /**
   * Compares with what the broker has.
   *
   * @param before the positions when it was asked, and `askedAtMs` when that was
   * @param tombstonesKeptMs for how long the topic keeps tombstones
   * @returns why all has to be read anew; undefined where nothing speaks for that
   */
  compare(
    before: ReadonlyMap<number, ReadPosition>,
    ranges: OffsetRanges,
    askedAtMs: number,
    tombstonesKeptMs: number,
  ): string | undefined {
    this.ranges = ranges;
    for (const [partition, { low }] of ranges) {
      if (!this.partitions.has(partition)) this.add(partition, low);
    }
    for (const [partition, { next }] of before) {
      const range = ranges.get(partition);
      if (range === undefined) return `partition ${partition} is gone`;
      if (next > range.high || next < range.low) {
        return `partition ${partition} has the offsets ${range.low} to ${range.high}, and ${next} was to be read next`;
      }
      const progress = this.partition(partition);
      const staleMs = progress.staleMs(askedAtMs);
      if (staleMs > Math.max(tombstonesKeptMs / 2, LEAST_STALE_MS)) {
        return `partition ${partition} was not read to its end for ${Math.round(staleMs / 1_000)} s, and tombstones may be gone`;
      }
      progress.sawEnd(range.high, askedAtMs);
      const awaitedMs = progress.awaitedMs(askedAtMs);
      const quietMs = Math.min(awaitedMs, askedAtMs - this.readAtMs);
      if (quietMs > ANCHOR_QUIET_MS || awaitedMs > ANCHOR_WAIT_MS) {
        return `partition ${partition} is without the last record that was read`;
      }
    }
    return undefined;
  }

  private add(partition: number, next: number): PartitionProgress {
    const nowMs = performance.now();
    const added = new PartitionProgress({ next }, 0, { atEndMs: nowMs, freshMs: nowMs });
    this.partitions.set(partition, added);
    return added;
  }

  /** As {@link behindMs}, to the millisecond. */
  private longestBehindMs(): number {
    const nowMs = performance.now();
    let longest = 0;
    for (const progress of this.partitions.values()) longest = Math.max(longest, progress.behindMs(nowMs));
    return longest;
  }
}
