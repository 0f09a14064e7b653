import type { ReadingCommit } from '../model/reading-commit.js';

/** Beyond it, somebody's transaction has been writing for very long, and holds the horizon of all others back. */
const MAX_ABOVE = 100_000;

/**
 * Which transactions have been dealt with: at first those that had ended at the moment of a snapshot, then each that is
 * added. Ids of readings do not tell it, since a commit may have smaller ids than one before.
 */
export class SeenCommits {
  /** Those below it are dealt with, but for some. */
  private ceiling: number;
  private readonly openBelow: Set<number>;
  private readonly seenAbove = new Set<number>();

  /** @param snapshot a `pg_snapshot`: `xmin:xmax:` and those between that were under way, with commas */
  constructor(snapshot: string) {
    const [, xmax, open] = snapshot.split(':');
    this.ceiling = Number(xmax);
    this.openBelow = new Set(open === '' ? [] : open!.split(',').map(Number));
  }

  /** All transactions below it are dealt with. */
  get horizon(): number {
    return Math.min(this.ceiling, ...this.openBelow);
  }

  /** @param xid an `xid8` */
  has(xid: number): boolean {
    return xid < this.ceiling ? !this.openBelow.has(xid) : this.seenAbove.has(xid);
  }

  /** Commits come in the order in which they are heard of: those that had ended before one stored come before it. */
  add({ xid, horizon }: Pick<ReadingCommit, 'xid' | 'horizon'>): void {
    if (xid < this.ceiling) this.openBelow.delete(xid);
    else this.seenAbove.add(xid);
    this.endBelow(horizon);
    if (this.seenAbove.size > MAX_ABOVE) this.endBelow([...this.seenAbove][MAX_ABOVE / 2]!);
  }

  /** The `xid8` with these lower 32 bits that is nearest to those at hand: a row says no more of it. */
  wholeXid(lowerBits: number): number {
    return this.ceiling + ((lowerBits - this.ceiling) | 0);
  }

  private endBelow(horizon: number): void {
    for (const xid of this.openBelow) if (xid < horizon) this.openBelow.delete(xid);
    if (horizon <= this.ceiling) return;
    this.ceiling = horizon;
    for (const xid of this.seenAbove) if (xid < horizon) this.seenAbove.delete(xid);
  }
}
