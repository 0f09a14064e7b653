/** What pipelined requests may take of a round of the event loop before all others are looked at. */
const ROUND_MS = 4;
/** Requests of one connection before the next one has its turn; what was parsed together dies together. */
const TURN_REQUESTS = 16;
/** Connections that have a turn in a round: more would not be done in time. */
const MAX_TURNS_A_ROUND = 16;

/** Something of which a piece can be done, such as a connection's next request. */
export abstract class ScheduledConnection {
  /** Pieces that may be done before the next one's turn. */
  piecesLeft = 0;
  abstract proceed(): void;
}

/**
 * Shares the time between connections whose requests have come before their turn. They have a few milliseconds of each
 * round of the event loop, and take turns, however many requests each has sent ahead.
 */
export class ConnectionScheduler {
  private readonly waiting: ScheduledConnection[] = [];
  private scheduled = 0;
  /** Of performance.now(); undefined before the first turn of a round. */
  private endsAtMs: number | undefined;

  /** Has `proceed` called: now, or when its turn comes. */
  next(one: ScheduledConnection): void {
    if (one.piecesLeft > 0 && this.isTimeLeft()) {
      one.piecesLeft--;
      one.proceed();
    } else {
      this.waiting.push(one);
      this.schedule();
    }
  }

  /** Node does what each turn leads to before it begins the next. */
  private schedule(): void {
    if (this.scheduled >= Math.min(this.waiting.length, MAX_TURNS_A_ROUND)) return;
    this.scheduled++;
    setImmediate(() => this.give());
  }

  private give(): void {
    this.scheduled--;
    if (this.isTimeLeft()) {
      const one = this.waiting.shift();
      if (one === undefined) return;
      one.piecesLeft = TURN_REQUESTS - 1;
      one.proceed();
    }
    this.schedule();
  }

  private isTimeLeft(): boolean {
    const now = performance.now();
    if (this.endsAtMs === undefined) {
      this.endsAtMs = now + ROUND_MS;
      setImmediate(() => (this.endsAtMs = undefined));
    }
    return now < this.endsAtMs;
  }
}
