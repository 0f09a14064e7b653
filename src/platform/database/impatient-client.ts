import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** A statement was sent and nothing came back: what became of it is not known. Its connection is gone. */
export class DatabaseSilentError extends Error {
  constructor(limitMs: number) {
    super(`PostgreSQL has not answered for ${limitMs} ms; the connection was given up`);
    this.name = 'DatabaseSilentError';
  }
}

export interface ImpatientClientConfig extends pg.ClientConfig {
  /** How long an answer may take; 0 for as long as it takes. */
  readonly answerLimitMs: number;
}

/** How long PostgreSQL may take to hear a farewell. */
const FAREWELL_LIMIT_MS = 1_000;

/**
 * A connection that is given up when an answer does not come: a network that swallows packets, a server that is
 * frozen. `statement_timeout` ends nothing then, since it is the server that would have to tell. pg's own
 * `query_timeout` fails the statement but keeps the connection, and the ROLLBACK that follows waits behind it.
 */
export class ImpatientClient extends pg.Client {
  private readonly answerLimitMs: number;

  constructor(config: ImpatientClientConfig) {
    super(config);
    this.answerLimitMs = config.answerLimitMs;
    const ask = this.query.bind(this) as (...query: unknown[]) => unknown;
    // pg has nine signatures for this method; what is asked and returned stays what it is in each of them.
    this.query = ((...query: unknown[]) => this.withinLimit(ask(...query))) as typeof this.query;
    const end = this.end.bind(this) as (...callback: unknown[]) => unknown;
    this.end = ((...callback: unknown[]) => this.soon(end(...callback))) as typeof this.end;
  }

  /** Sends what a `COPY … FROM STDIN` asks for. Rejects with what PostgreSQL or the network says. */
  async copyIn(statement: string, data: Buffer): Promise<void> {
    const stream = this.query(copyFrom(statement));
    await this.withinLimit(
      new Promise<void>((resolve, reject) => stream.once('error', reject).once('finish', resolve).end(data)),
    );
  }

  private withinLimit(answer: unknown): unknown {
    if (this.answerLimitMs === 0 || !(answer instanceof Promise)) return answer;
    const timer = setTimeout(
      () => this.drop(new DatabaseSilentError(this.answerLimitMs)),
      this.answerLimitMs,
    );
    const answered = (): void => clearTimeout(timer);
    answer.then(answered, answered);
    return answer;
  }

  /** pg waits for the server to hang up. */
  private soon(farewell: unknown): unknown {
    const timer = setTimeout(() => this.drop(), FAREWELL_LIMIT_MS).unref();
    this.once('end', () => clearTimeout(timer));
    return farewell;
  }

  /** Fails all that waits for an answer with `error`, and tells the pool, which forgets the connection. */
  private drop(error?: Error): void {
    (this as unknown as { connection: pg.Connection }).connection.stream.destroy(error);
  }
}
