import type { Duplex } from 'node:stream';
import pg from 'pg';
import { TransientError } from '../failures/classified-errors.js';
import { answerLimitOf } from './answer-limits.js';
import { preparedName } from './prepared-statements.js';

/** A statement was sent and no answer came: its outcome is unknown, and its connection was closed. */
export class DatabaseSilentError extends TransientError {
  constructor(limitMs: number) {
    super(`PostgreSQL has not answered for ${limitMs} ms; the connection was given up`);
    this.name = 'DatabaseSilentError';
  }
}

/** PostgreSQL rejects a statement it had prepared. The connection was closed; the next one prepares it again. */
export class PreparedStatementLostError extends TransientError {
  constructor(options: ErrorOptions) {
    super('a prepared statement cannot be used any more; the connection was given up', options);
    this.name = 'PreparedStatementLostError';
  }
}

/** What has answered is not understood; the connection was closed. A statement that was under way has an unknown outcome. */
export class UnreadableAnswerError extends TransientError {
  constructor(cause: Error) {
    super(`an answer of PostgreSQL cannot be read; the connection was given up: ${cause.message}`, { cause });
    this.name = 'UnreadableAnswerError';
  }
}

export interface DeadlineClientConfig extends pg.ClientConfig {
  /** The deadline of an answer, unless that to its statement has an earlier one; 0 for none. */
  readonly answerLimitMs: number;
}

/** How long a graceful close may take. */
const FAREWELL_LIMIT_MS = 1_000;

/** SQLSTATEs of statements that will never work again on their connection. */
const LOST_STATEMENT_STATES: ReadonlySet<unknown> = new Set([
  '0A000', // the types of its result were changed by a migration
  '26000', // its name is not known: a pooler has changed the server's side of the connection
]);

type Ask = (...query: unknown[]) => unknown;

/**
 * A connection that is closed when an answer misses its deadline, because the network drops packets or the server is
 * frozen. `statement_timeout` does not help then, since the server would have to report it. pg's own
 * `query_timeout` fails the statement but keeps the connection, and the ROLLBACK that follows waits behind it.
 */
export class DeadlineClient extends pg.Client {
  private readonly answerLimitMs: number;

  constructor(config: DeadlineClientConfig) {
    super(config);
    this.answerLimitMs = config.answerLimitMs;
    const ask = this.query.bind(this) as Ask;
    // pg has nine signatures for this method; what is asked and returned stays what it is in each of them.
    this.query = ((...query: unknown[]) =>
      this.withinLimit(this.limitMsOf(query[0]), this.askPrepared(ask, query))) as typeof this.query;
    const end = this.end.bind(this) as Ask;
    this.end = ((...callback: unknown[]) => this.soon(end(...callback))) as typeof this.end;
    // A connection that is lost while nobody listens would end the process, and whoever gets it from the pool listens only
    // from a moment later on. Its user learns of the loss by the next statement.
    this.on('error', () => undefined);
    closeAtUnreadable(this.connectionOfPg);
  }

  /** pg's types keep it to themselves. */
  private get connectionOfPg(): Connection {
    return (this as unknown as { connection: Connection }).connection;
  }

  /** Called with the error of every failed statement. */
  protected failed(_error: unknown): void {
    // A client by itself has nothing to learn from it.
  }

  private askPrepared(ask: Ask, query: readonly unknown[]): unknown {
    const [text, ...rest] = query;
    const name = preparedName(text);
    if (name === undefined) return ask(...query);
    const answer = ask({ name, text }, ...rest);
    return answer instanceof Promise ? answer.catch((error: Error) => this.replaceLost(error)) : answer;
  }

  /** Throws once the connection is gone, so that nobody gets it from the pool in between. */
  private async replaceLost(cause: Error & { code?: unknown }): Promise<never> {
    if (!LOST_STATEMENT_STATES.has(cause.code)) throw cause;
    const gone = new Promise((resolve) => this.once('end', resolve));
    this.drop();
    await gone;
    throw new PreparedStatementLostError({ cause });
  }

  private limitMsOf(statement: unknown): number {
    const own = answerLimitOf(statement);
    if (own === undefined) return this.answerLimitMs;
    return this.answerLimitMs === 0 ? own : Math.min(own, this.answerLimitMs);
  }

  private withinLimit(limitMs: number, answer: unknown): unknown {
    if (!(answer instanceof Promise)) return answer;
    const timer =
      limitMs === 0 ? undefined : setTimeout(() => this.drop(new DatabaseSilentError(limitMs)), limitMs);
    answer.then(
      () => clearTimeout(timer),
      (error: unknown) => {
        clearTimeout(timer);
        this.failed(error);
      },
    );
    return answer;
  }

  /** pg waits for the server to hang up. */
  private soon(farewell: unknown): unknown {
    const timer = setTimeout(() => this.drop(), FAREWELL_LIMIT_MS).unref();
    this.once('end', () => clearTimeout(timer));
    return farewell;
  }

  /** Fails all that waits for an answer with `error`, and tells the pool, which forgets the connection. */
  protected drop(error?: Error): void {
    this.connectionOfPg.stream.destroy(error);
  }
}

/** pg's own, with what its types lack. */
interface Connection extends pg.Connection {
  /** Called once, with the socket, or with what TLS has put around it. */
  attachListeners(stream: Duplex): void;
}

/**
 * pg throws at what it cannot read, such as a login of a kind that it does not know, in a listener of the socket, where nobody could
 * catch it: the connection is closed instead, which fails all that waits for an answer.
 */
function closeAtUnreadable(connection: Connection): void {
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    attach(stream);
    const read = stream.listeners('data').at(-1) as (bytes: Buffer) => void;
    stream.off('data', read).on('data', (bytes: Buffer) => {
      try {
        read(bytes);
      } catch (error) {
        stream.destroy(new UnreadableAnswerError(error as Error));
      }
    });
  };
}
