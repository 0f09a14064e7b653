import type { Progress } from '../../src/platform/progress.js';
import type { LoadResult } from '../load/load-options.js';
import type { Script } from '../script.js';
import type { BacklogWatch } from './backlog-watch.js';
import type { EvenOrdersResult } from './even-orders.js';
import { type Pace, totalOf } from './even-pace.js';

const LOOK_EVERY_MS = 500;

export interface Paces {
  readonly ordersPerSecond: number;
  readonly getsPerSecond: number;
}

/** What came of orders that came in while orders were asked for. */
export interface Together {
  readonly gets: LoadResult;
  readonly ordersPerSecond: number;
  /** The largest backlog that was seen, in seconds of orders. */
  readonly behindStoredSeconds: number;
  readonly behindOutSeconds: number;
  /** From the last order until all were done with. */
  readonly caughtUpStoredSeconds: number;
  readonly caughtUpOutSeconds: number;
}

/** The loads of one round; what was wrong with their answers is kept. */
export class MixedLoad {
  readonly faults: string[] = [];
  private sent = 0;

  constructor(
    private readonly producer: Script,
    /** Throws when the program has ended by itself. */
    private readonly checkAlive: () => void,
    private readonly watch: BacklogWatch,
    private readonly paces: Paces,
    private readonly progress: Progress,
  ) {}

  /** How many orders have come in. */
  get ordersIn(): number {
    return this.sent;
  }

  /** Asks for orders, and no more come in. */
  async alone(title: string, reader: Script, seconds: number): Promise<LoadResult> {
    return this.timed(title, seconds, () => this.ask(title, reader, seconds));
  }

  /** Asks for orders while others come in; resolves when all of these are done with. */
  async together(title: string, reader: Script, seconds: number): Promise<Together> {
    const pace: Pace = { perSecond: this.paces.ordersPerSecond, seconds };
    this.sent += totalOf(pace);
    return this.timed(title, seconds, async () => {
      const producing = this.producer.did<EvenOrdersResult>(pace);
      const [gets, produced, backlog, done] = await Promise.all([
        this.ask(title, reader, seconds),
        producing,
        this.watch.largestDuring(producing),
        producing.then(() => this.watch.until(this.sent, this.checkAlive)),
      ]);
      return {
        gets,
        ordersPerSecond: produced.orders / produced.seconds,
        behindStoredSeconds: backlog.notStored / pace.perSecond,
        behindOutSeconds: backlog.notOut / pace.perSecond,
        caughtUpStoredSeconds: (done.storedAtMs - produced.endedAtMs) / 1_000,
        caughtUpOutSeconds: (done.outAtMs - produced.endedAtMs) / 1_000,
      };
    });
  }

  private async ask(title: string, reader: Script, seconds: number): Promise<LoadResult> {
    const pace: Pace = { perSecond: this.paces.getsPerSecond, seconds };
    const result = await reader.did<LoadResult>(pace);
    const { answers, refused, errors } = result;
    if (answers !== totalOf(pace) || refused > 0 || errors > 0) {
      this.faults.push(
        `${title}: ${answers} answers to ${totalOf(pace)} GETs, ${refused} refused, ${errors} errors`,
      );
    }
    return result;
  }

  /** The bar shows the time beside the work. */
  private async timed<T>(title: string, seconds: number, work: () => Promise<T>): Promise<T> {
    const startedAtMs = performance.now();
    this.progress.start(title);
    const timer = setInterval(
      () => this.progress.show(performance.now() - startedAtMs, seconds * 1_000),
      LOOK_EVERY_MS,
    );
    try {
      return await work();
    } finally {
      clearInterval(timer);
      this.progress.finish();
    }
  }
}
