/** A length of time that what happens in it is counted for, and how many of them are shown. */
export const BUCKET_SECONDS = 5;
export const BUCKETS = 60;

export const BUCKET_MS = BUCKET_SECONDS * 1_000;
/** One more, which is under way. */
const RING = BUCKETS + 1;

/** Of the buckets before a moment, the oldest first; null for one in which this process has not heard all there was. */
export interface HeardCounts {
  readonly ordersIn: readonly (number | null)[];
  readonly changesOut: readonly (number | null)[];
}

/** From the first to the last bucket, both of them. */
type Gap = readonly [first: number, last: number];

export const bucketOf = (ms: number): number => Math.floor(ms / BUCKET_MS);

/**
 * Counts what a process hears as it hears it, for the last minutes. It takes the same memory whatever comes, and an event costs
 * it two additions.
 *
 * A bucket is numbered by the clock, so that all processes have the same ones. What may have been missed is told as gaps, not
 * as zeros.
 */
export class HeardRates {
  private readonly bucketAt = new Float64Array(RING).fill(-1);
  private readonly ordersAt = new Float64Array(RING);
  private readonly changesAt = new Float64Array(RING);
  private gaps: Gap[] = [[-Infinity, Infinity]];
  /** When it was last sure to hear: an event, or the beginning. */
  private lastSignMs = -Infinity;

  /** From now on everything is heard; what came since the last event may have been missed. */
  begin(nowMs: number): void {
    const now = bucketOf(nowMs);
    const first = bucketOf(this.lastSignMs);
    const shown = this.gaps.filter(([, last]) => last >= now - RING);
    // Those that touch are one, so there are never more than there are buckets.
    const apart = shown.filter(([, last]) => last < first);
    this.gaps = [...apart, [first, now]];
    this.lastSignMs = nowMs;
  }

  /** @param isNew whether it tells of an order that has come in */
  hear(nowMs: number, isNew: boolean): void {
    const bucket = bucketOf(nowMs);
    const place = bucket % RING;
    if (this.bucketAt[place] !== bucket) {
      this.bucketAt[place] = bucket;
      this.ordersAt[place] = 0;
      this.changesAt[place] = 0;
    }
    if (isNew) this.ordersAt[place]!++;
    this.changesAt[place]!++;
    this.lastSignMs = nowMs;
  }

  /**
   * @param end the bucket that is under way, which is left out
   * @param isHearing whether it still hears; if not, nothing is known since the last event
   */
  before(end: number, isHearing: boolean): HeardCounts {
    const deafSince = isHearing ? Infinity : bucketOf(this.lastSignMs);
    const isHeard = (bucket: number): boolean =>
      bucket < deafSince && !this.gaps.some(([first, last]) => bucket >= first && bucket <= last);
    const counts = (at: Float64Array): (number | null)[] =>
      Array.from({ length: BUCKETS }, (_, n) => {
        const bucket = end - BUCKETS + n;
        if (!isHeard(bucket)) return null;
        const place = bucket % RING;
        return this.bucketAt[place] === bucket ? at[place]! : 0;
      });
    return { ordersIn: counts(this.ordersAt), changesOut: counts(this.changesAt) };
  }
}
