const MS_PER_SECOND = 1_000;

/** When the requests of a lane are due; they are numbered from 0 on. Times are those of `performance.now()`. */
export interface Schedule {
  /** How many are due up to now, those that have been sent among them. */
  dueBy(nowMs: number): number;
  /** When a request was due. @param nowMs when it is sent */
  dueAtMs(number: number, nowMs: number): number;
  /** How many there will be, as far as that is known. */
  readonly total: number | undefined;
}

/**
 * Requests at an even rate, whatever their answers take. What falls into a millisecond is due at its end, since no timer
 * is more exact.
 */
export class EvenSchedule implements Schedule {
  readonly total: number;

  constructor(
    private readonly startMs: number,
    private readonly perSecond: number,
    seconds: number,
  ) {
    this.total = perSecond * seconds;
  }

  dueBy(nowMs: number): number {
    const wholeMs = Math.floor(nowMs - this.startMs);
    return Math.min(Math.floor((wholeMs * this.perSecond) / MS_PER_SECOND) + 1, this.total);
  }

  dueAtMs(number: number): number {
    return this.startMs + Math.ceil((number * MS_PER_SECOND) / this.perSecond);
  }
}

/** Requests as fast as they are answered, up to some time. */
export class EagerSchedule implements Schedule {
  readonly total = undefined;

  constructor(private readonly endMs: number) {}

  dueBy(nowMs: number): number {
    return nowMs < this.endMs ? Infinity : 0;
  }

  dueAtMs(_number: number, nowMs: number): number {
    return nowMs;
  }
}
