/** One request of a load; the method is the load's. */
export interface LoadRequest {
  /** With a leading slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface LoadOptions {
  /** Scheme, host and port. */
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly connections: number;
  /** Sent in turn; from the first again when all have been. */
  readonly requests: readonly LoadRequest[];
  /** When to stop: after whole seconds, or after so many answers, one for each connection at least. */
  readonly until: { readonly seconds: number } | { readonly answers: number };
  /** Number of the core that sends the load; any core when it is left out. */
  readonly core?: number;
}

/** What came back. */
export interface LoadResult {
  readonly tool: 'wrk' | 'autocannon' | 'even pace';
  /** From the first request until the last answer. */
  readonly seconds: number;
  readonly answers: number;
  readonly answersPerSecond: number;
  /** From a request until the end of its answer. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Answers with a status of 400 or more. */
  readonly refused: number;
  /** Requests that got no answer: connections that failed, and waits of more than ten seconds. */
  readonly errors: number;
  /** Of all answers, heads included. */
  readonly bytes: number;
}

/** Also what a server may take to answer before it counts as an error. */
export const TIMEOUT_SECONDS = 10;

/** Enough that a server which is measured is never without work. */
export const CONNECTIONS = 64;
