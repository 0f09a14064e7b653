/** More are thinned out: a partition that waits for days is measured more coarsely. */
const MOST_MARKS = 256;

/** The end of a partition, and when it was seen there. */
interface Mark {
  readonly end: number;
  readonly atMs: number;
}

/**
 * For how long the next record of a partition has waited to be processed, by when its end was seen to pass it. Times of records
 * are of no use for that: their senders may put anything there.
 */
export class PartitionWait {
  private marks: Mark[] = [];

  /**
   * @param position the offset of the next record to be processed
   * @param end the offset that the next record to be sent will have
   * @returns milliseconds; 0 when there is no record that waits, and undefined where one was there at the first look already.
   *   Of such a one it is from the second look on how long it was seen to wait.
   */
  look(position: number, end: number, nowMs: number): number | undefined {
    this.mark(end, nowMs);
    if (position >= end) {
      this.marks = this.marks.slice(-1);
      return 0;
    }
    // The last mark that the position had reached stays.
    const passed = this.marks.findIndex((mark) => mark.end > position);
    if (passed > 1) this.marks.splice(0, passed - 1);
    const [before, after] = this.marks;
    if (after === undefined) return undefined;
    if (before!.end > position) return nowMs - before!.atMs;
    const share = (position - before!.end) / (after.end - before!.end);
    return nowMs - (before!.atMs + share * (after.atMs - before!.atMs));
  }

  private mark(end: number, atMs: number): void {
    const [last, last2] = [this.marks.at(-1), this.marks.at(-2)];
    // The topic is another one.
    if (last !== undefined && end < last.end) this.marks = [];
    // Of the looks at an end that stays, the first and the last count.
    if (last?.end === end && last2?.end === end) this.marks.pop();
    this.marks.push({ end, atMs });
    if (this.marks.length <= MOST_MARKS) return;
    this.marks = this.marks.filter((_mark, index) => index % 2 === 0 || index === this.marks.length - 1);
  }
}
