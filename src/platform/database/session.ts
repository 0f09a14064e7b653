import type pg from 'pg';
import type { Attempt, ConnectionAttempts } from './connection-attempts.js';
import { DatabaseUnavailableError, UnfitDatabaseError } from './database.errors.js';
import { DeadlineClient, type DeadlineClientConfig } from './deadline-client.js';
import { isSessionFault } from './session-faults.js';
import {
  LOOK_AT_SESSION,
  type OpenedSession,
  openSession,
  type SessionLimits,
  type SessionState,
} from './session-settings.js';

/** Hears of what befalls sessions, for the sake of the others. */
export interface SessionWatch {
  /** A session was found to be no good. */
  readonly faultFound: (reason: string) => void;
  /** What a session was set to was gone. */
  readonly pinsLost: () => void;
}

export interface SessionConfig extends DeadlineClientConfig {
  /** Says what each connection is made with. */
  readonly attempts: ConnectionAttempts;
  readonly limits: SessionLimits;
  readonly watch?: SessionWatch;
}

/**
 * How long a session with a fault is used all the same. While the database is read-only, so is every new session: each is
 * good for reading, and given up soon enough for the next one to find that the database can be written to again.
 */
const FAULTY_LIFE_MS = 2_000;
/** A pooler may put another session behind ours at any time. */
const LOOK_EVERY_MS = 30_000;

/** `extract` has been exact since 14, and the positions in lists are made with it. */
const OLDEST_VERSION = 14;
const VERSION_STEP = 10_000;
/** OID of bigint. */
const BIGINT = 20;

/** A connection whose session is set up as ours have to be, and which knows whether it is of any use. */
export class Session extends DeadlineClient {
  private readonly limits: SessionLimits;
  private readonly watch: SessionWatch | undefined;
  private readonly attempt: Attempt;
  private openedAtMs = 0;
  private lookedAtMs = 0;
  private fault: string | undefined;

  constructor(config: SessionConfig) {
    const attempt = config.attempts.begin();
    super({ ...config, ...attempt.settings });
    this.attempt = attempt;
    this.limits = config.limits;
    this.watch = config.watch;
    // What we keep in one is a safe integer. As float8 it would depend on a setting how it is written.
    this.setTypeParser(BIGINT, Number);
  }

  /**
   * @throws ConnectionFaultError, OtherWayError when another session may connect at once, UnfitDatabaseError,
   * DatabaseUnavailableError, and what PostgreSQL or the network says
   */
  override connect(): Promise<pg.Client>;
  override connect(callback: ((error: Error) => void) | ((error: null, client: pg.Client) => void)): void;
  override connect(callback?: (...outcome: never[]) => void): Promise<pg.Client> | void {
    const opened = this.open();
    if (callback === undefined) return opened;
    const tell = callback as (error: Error | null, client?: pg.Client) => void;
    opened.then(
      (client) => tell(null, client),
      (error: Error) => tell(error),
    );
  }

  /** Whether it may be handed out. One that was left within a transaction is not. */
  get isFit(): boolean {
    if (this.getTransactionStatus() !== 'I') return false;
    return this.fault === undefined || performance.now() - this.openedAtMs < FAULTY_LIFE_MS;
  }

  /** @param suspectedAtMs when another session was last found to be no good */
  isToBeLookedAt(suspectedAtMs: number): boolean {
    return this.lookedAtMs <= Math.max(suspectedAtMs, performance.now() - LOOK_EVERY_MS);
  }

  /** Asks the session what it is, and pins what it has lost. @throws what PostgreSQL or the network says */
  async look(): Promise<void> {
    const { rows } = await this.query<SessionState>(LOOK_AT_SESSION);
    this.take(rows[0]!);
    if (rows[0]!.isPinned) return;
    this.watch?.pinsLost();
    await this.pin();
  }

  protected override failed(error: unknown): void {
    if (!isSessionFault(error)) return;
    this.fault = (error as Error).message;
    this.watch?.faultFound(this.fault);
  }

  private async open(): Promise<this> {
    if (this.attempt.fault !== undefined) throw this.attempt.fault;
    try {
      await super.connect();
    } catch (error) {
      // pg leaves the connection open when it is our side that cannot log in.
      this.drop();
      throw this.attempt.failed(error as Error);
    }
    this.attempt.succeeded();
    try {
      const { serverEncoding, serverVersion } = await this.pin();
      requireFit(serverEncoding, serverVersion);
    } catch (error) {
      this.drop();
      if (error instanceof UnfitDatabaseError) throw error;
      // Whatever it is, no event and no request is to blame for it.
      throw new DatabaseUnavailableError(`a session cannot be set up: ${(error as Error).message}`, {
        cause: error,
      });
    }
    this.openedAtMs = performance.now();
    return this;
  }

  private async pin(): Promise<OpenedSession> {
    const results: unknown = await this.query(openSession(this.limits));
    const [, { rows }] = results as [unknown, pg.QueryResult<OpenedSession>];
    this.take(rows[0]!);
    return rows[0]!;
  }

  private take({ isReadOnly, seesTables }: SessionState): void {
    this.lookedAtMs = performance.now();
    if (isReadOnly) this.fault = 'it is read-only';
    else if (!seesTables) this.fault = 'the tables are not on its search path';
    else this.fault = undefined;
  }
}

function requireFit(serverEncoding: string, serverVersion: number): void {
  if (serverEncoding !== 'UTF8') {
    throw new UnfitDatabaseError(
      `the database must be UTF8, and this one is ${serverEncoding}: make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`,
    );
  }
  const version = Math.floor(serverVersion / VERSION_STEP);
  if (version < OLDEST_VERSION) {
    throw new UnfitDatabaseError(`PostgreSQL must be ${OLDEST_VERSION} or newer, and this one is ${version}`);
  }
}
