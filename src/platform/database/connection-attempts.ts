import { ConnectionFaultError } from '../connections/connection-fault.js';
import { TransientError } from '../failures/classified-errors.js';
import {
  type ConnectionSource,
  type ConnectionTarget,
  type DatabaseConnection,
  sourceOf,
  type TlsOptions,
} from './connection-settings.js';
import { explainDatabaseFault, mayHealTheOtherWay } from './database-connection-faults.js';

/** How long a fault that somebody has to mend is told to all who want a connection, until the next one is tried. */
const PAUSE_MS = 1_000;
/** Longer than an attempt takes; the next one is made then, whatever has become of this one. */
const ATTEMPT_LIMIT_MS = 20_000;
/** How long the way that has worked is tried first, where another one is to be preferred. */
const WAY_KEPT_MS = 60_000;

/** A connection did not come about with TLS, and may in the clear, or the other way round: the next one tries. */
export class OtherWayError extends TransientError {
  override readonly name = 'OtherWayError';

  /** @param cause what is wrong, for those who do not try again */
  constructor(override readonly cause: Error) {
    super(cause.message, { cause });
  }
}

/** Whether somebody has to mend something, and connections that there are may go on meanwhile. */
export const isToBeMended = (error: Error): boolean =>
  error instanceof ConnectionFaultError && error.kind !== 'no route';

/** What a connection is made with; `password` is one that pg takes as it is, also an empty one. */
interface AttemptSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: () => Promise<string>;
  readonly database: string;
  readonly ssl: TlsOptions | false;
}

/** One connection that is about to be made. */
export interface Attempt {
  readonly settings: AttemptSettings;
  /** Why it is not to be made. */
  readonly fault: Error | undefined;
  readonly succeeded: () => void;
  /** @returns what to throw: the fault as an operator would say it, or an OtherWayError */
  readonly failed: (error: Error) => Error;
}

interface Fault {
  readonly error: Error;
  readonly sinceMs: number;
  /** Until then everybody is told of it at once. */
  closedUntilMs: number;
}

/**
 * All connections to one PostgreSQL. It knows which way they come about where TLS is left open (`allow`, `prefer`), and spares
 * the server attempts that fail: with a wrong password, say, one a second is made, and everybody else is told at once.
 */
export class ConnectionAttempts {
  private readonly source: ConnectionSource;
  private latest: Fault | undefined;
  private first: 'preferred' | 'other' = 'preferred';
  private otherUntilMs = -Infinity;
  private readonly failedWays = new Set<number>();

  constructor(connection: DatabaseConnection) {
    this.source = sourceOf(connection);
  }

  /** Why no connection could be made, by the latest attempt, if that was not long ago. */
  faultWithin(ms: number): Error | undefined {
    const { latest } = this;
    return latest !== undefined && performance.now() - latest.sinceMs < ms ? latest.error : undefined;
  }

  /** Explains an error that came up beside the attempts themselves, such as a right that is missing. */
  explain(error: Error): Error {
    if (error instanceof ConnectionFaultError) return error;
    try {
      return explainDatabaseFault(error, this.source.target());
    } catch {
      return error;
    }
  }

  /** Throws nothing: whoever makes connections in a callback could not catch it. */
  begin(): Attempt {
    const { latest } = this;
    if (latest !== undefined) {
      const now = performance.now();
      if (now < latest.closedUntilMs) return refused(latest.error);
      latest.closedUntilMs = now + ATTEMPT_LIMIT_MS;
    }
    let target: ConnectionTarget;
    try {
      target = this.source.target();
    } catch (error) {
      return refused(this.note(explainDatabaseFault(error as Error, NOWHERE)));
    }
    const way = this.nextWay(target);
    return {
      settings: settingsOf(target, target.ways[way]),
      fault: undefined,
      succeeded: () => this.succeeded(way),
      failed: (error) => this.failed(error, target, way, latest),
    };
  }

  private nextWay({ ways }: ConnectionTarget): number {
    if (this.first === 'other' && performance.now() >= this.otherUntilMs) this.first = 'preferred';
    return ways.length === 1 || this.first === 'preferred' ? 0 : 1;
  }

  private succeeded(way: number): void {
    this.latest = undefined;
    this.failedWays.clear();
    if (way === 0) this.first = 'preferred';
  }

  /** @param before the fault that there was when the attempt began */
  private failed(error: Error, target: ConnectionTarget, way: number, before: Fault | undefined): Error {
    const explained = explainDatabaseFault(error, target);
    if (target.ways.length === 1 || !mayHealTheOtherWay(error)) return this.note(explained);
    // Another attempt has found out meanwhile that neither way works.
    if (this.latest !== before) return explained;
    this.failedWays.add(way);
    if (this.failedWays.size === target.ways.length) {
      this.failedWays.clear();
      this.first = 'preferred';
      return this.note(explained);
    }
    this.first = way === 0 ? 'other' : 'preferred';
    this.otherUntilMs = performance.now() + WAY_KEPT_MS;
    if (this.latest !== undefined) this.latest.closedUntilMs = 0;
    return new OtherWayError(explained);
  }

  private note(error: Error): Error {
    const now = performance.now();
    this.latest = isToBeMended(error) ? { error, sinceMs: now, closedUntilMs: now + PAUSE_MS } : undefined;
    return error;
  }
}

/** For faults of files, which are about no server. */
const NOWHERE = {
  user: '',
  password: '',
  database: '',
  ways: [],
  peer: {
    name: 'PostgreSQL',
    address: '',
    encryption: '',
    ca: '',
    certificate: '',
    user: '',
    password: '',
    database: '',
  },
};

const settingsOf = (
  { host, port, user, password, database }: Omit<ConnectionTarget, 'ways' | 'peer'>,
  tls: TlsOptions | undefined,
): AttemptSettings => ({
  host,
  port,
  user,
  // pg takes one that is empty for none, and would look for one in ~/.pgpass; it asks a function only.
  password: () => Promise.resolve(password),
  database,
  ssl: tls ?? false,
});

function refused(fault: Error): Attempt {
  const settings = settingsOf(
    { host: 'localhost', port: 1, user: '', password: '', database: '' },
    undefined,
  );
  return { settings, fault, succeeded: () => undefined, failed: (error) => error };
}
