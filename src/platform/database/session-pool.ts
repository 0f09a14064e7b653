import pg from 'pg';
import { type ConnectionAttempts, isToBeMended, OtherWayError } from './connection-attempts.js';
import type { Session, SessionConfig, SessionWatch } from './session.js';

/** Hears of what an operator should know. */
export type PoolReport = (fields: object, message: string) => void;

export interface SessionPoolConfig extends pg.PoolConfig, SessionConfig {
  readonly report: PoolReport;
}

type Release = (error?: Error | boolean) => void;
type HandOut = (error: Error | undefined, session: Session | undefined, release: Release) => void;

/** SQLSTATE: the server, the database or the role takes no more connections. */
const TOO_MANY_CONNECTIONS = '53300';
/** Until as many connections are tried for again as the pool may have. */
const FEWER_FOR_MS = 10_000;
/** The same where none can be made until somebody has mended something. */
const NONE_MORE_FOR_MS = 1_000;
/** Between tries while there is no connection at all that one could wait for. */
const RETRY_MS = 200;
const SAME_LINE_EVERY_MS = 10_000;

const nothingToRelease: Release = () => undefined;

/**
 * A pool that hands out sessions which are of use. Once one is found not to be, all that were looked at before are
 * looked at again, each when its turn comes; one that is no good is closed, and another taken.
 */
export class SessionPool extends pg.Pool {
  private readonly most: number;
  private readonly connectLimitMs: number;
  private readonly report: PoolReport;
  private readonly attempts: ConnectionAttempts;
  private readonly saidAtMs = new Map<string, number>();
  private suspectedAtMs = -Infinity;
  /** Connections that have come about. pg counts those that are being tried for as well. */
  private established = 0;

  constructor(config: SessionPoolConfig) {
    const watch: SessionWatch = {
      faultFound: (reason) => this.suspectAll(reason),
      pinsLost: () => this.say({}, 'a session had lost what it was set to, as behind a pooler'),
    };
    super({ ...config, watch } as pg.PoolConfig);
    this.most = this.options.max;
    this.connectLimitMs = config.connectionTimeoutMillis ?? 0;
    this.report = config.report;
    this.attempts = config.attempts;
    this.on('connect', () => {
      this.established++;
      this.options.max = Math.max(this.options.max, this.established);
    });
    this.on('remove', () => this.established--);
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (error: Error | undefined, client: pg.PoolClient | undefined, done: Release) => void,
  ): void;
  override connect(callback?: (...outcome: never[]) => void): Promise<pg.PoolClient> | void {
    if (callback !== undefined) return this.checkOut(callback as unknown as HandOut, this.deadline());
    return new Promise((resolve, reject) => {
      this.checkOut(
        (error, session) => (error ? reject(error) : resolve(session as unknown as pg.PoolClient)),
        this.deadline(),
      );
    });
  }

  private deadline(): number {
    return performance.now() + this.connectLimitMs;
  }

  private checkOut(handOut: HandOut, giveUpAtMs: number, mayGoTheOtherWay = true): void {
    super.connect((error, client, release) => {
      const session = client as Session | undefined;
      if (session === undefined) {
        if (!(error instanceof OtherWayError)) return this.notConnected(error!, handOut, giveUpAtMs);
        return mayGoTheOtherWay
          ? this.checkOut(handOut, giveUpAtMs, false)
          : this.notConnected(error.cause, handOut, giveUpAtMs);
      }
      const another = (fault: Error | true): void => {
        release(fault);
        this.checkOut(handOut, giveUpAtMs);
      };
      if (!session.isFit) return another(true);
      if (!session.isToBeLookedAt(this.suspectedAtMs)) return handOut(undefined, session, release);
      session.look().then(
        () => (session.isFit ? handOut(undefined, session, release) : another(true)),
        (fault: Error) => another(fault),
      );
    });
  }

  /**
   * A connection that the server refuses because there are too many, or because of a fault that somebody has to mend, is waited
   * for among those that there are.
   */
  private notConnected(error: Error & { code?: unknown }, handOut: HandOut, giveUpAtMs: number): void {
    const mayWait = !this.ending && performance.now() < giveUpAtMs;
    if (mayWait && error.code === TOO_MANY_CONNECTIONS) {
      this.makeDoWithThoseThereAre(FEWER_FOR_MS);
      this.say({ reason: error.message }, 'PostgreSQL takes fewer connections than DB_POOL_SIZE');
      if (this.established > 0) this.checkOut(handOut, giveUpAtMs);
      else setTimeout(() => this.checkOut(handOut, giveUpAtMs), RETRY_MS);
    } else if (mayWait && this.established > 0 && isToBeMended(error)) {
      this.makeDoWithThoseThereAre(NONE_MORE_FOR_MS);
      this.say({ reason: error.message }, 'no more connections to PostgreSQL can be made');
      this.checkOut(handOut, giveUpAtMs);
    } else {
      handOut(this.attempts.explain(error), undefined, nothingToRelease);
    }
  }

  private makeDoWithThoseThereAre(forMs: number): void {
    if (this.options.max === this.most) setTimeout(() => (this.options.max = this.most), forMs).unref();
    this.options.max = Math.max(1, this.established);
  }

  private suspectAll(reason: string): void {
    this.suspectedAtMs = performance.now();
    this.say({ reason }, 'a session is given up, and the others are looked at');
  }

  private say(fields: object, message: string): void {
    const now = performance.now();
    if (now - (this.saidAtMs.get(message) ?? -Infinity) < SAME_LINE_EVERY_MS) return;
    this.saidAtMs.set(message, now);
    this.report(fields, message);
  }
}
