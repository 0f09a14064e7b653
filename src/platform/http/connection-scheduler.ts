/** Time that pipelined requests may take of a round of the event loop before other sockets are served. */
const ROUND_MS = 4;
/** Consecutive requests of one connection before the next connection's turn: parsed together, they die young together. */
const TURN_REQUESTS = 16;
/** Connections served in a round; more would not fit into its time. */
const MAX_TURNS_A_ROUND = 16;

/** A connection with pipelined requests that are processed one at a time. */
export abstract class ScheduledConnection {
  /** Requests that it may still process before the next connection's turn. */
  piecesLeft = 0;
  abstract proceed(): void;
}

/**
 * Schedules connections with pipelined requests round-robin. They share a few milliseconds of each round of the event
 * loop, however many requests each has sent ahead.
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

  /** One `setImmediate` a turn: Node runs the promise jobs and ticks of each before it starts the next. */
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
