import { Agent, request } from 'node:http';

const TIMEOUT_MS = 10_000;

export interface Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Percent-encoded, with a leading slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
}

/** What came of a request, and when it was sent and all of it was there, by `performance.now()`. */
export interface Outcome {
  /** `not sent`: nobody listened. `unknown`: the connection was lost, or ten seconds have passed. */
  readonly answer: Answer | 'not sent' | 'unknown';
  readonly startMs: number;
  readonly endMs: number;
}

export interface Answer {
  readonly status: number;
  readonly etag: string | undefined;
  readonly contentType: string;
  readonly body: Buffer;
}

/** One connection that is kept, with one request at a time. Nothing is sent twice. */
export class KeptRequests {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private readonly host: string;
  private readonly port: string;

  constructor(url: string) {
    ({ hostname: this.host, port: this.port } = new URL(url));
  }

  async send(sent: Request): Promise<Outcome> {
    const startMs = performance.now();
    const answer = await this.answerTo(sent).catch((error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' ? ('not sent' as const) : ('unknown' as const),
    );
    return { answer, startMs, endMs: performance.now() };
  }

  close(): void {
    this.agent.destroy();
  }

  private answerTo({ method, path, headers, body }: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const length = { 'content-length': String(body === undefined ? 0 : Buffer.byteLength(body)) };
      const { host, port } = this;
      // Not as an address in one text: of that `%2E%2E` would be taken for a step.
      const sending = request(
        { host, port, path, method, agent: this.agent, signal, headers: { ...headers, ...length } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('close', () => reject(new Error('the answer was cut off')));
          response.once('end', () => {
            const { etag, 'content-type': contentType = '' } = response.headers;
            resolve({ status: response.statusCode!, etag, contentType, body: Buffer.concat(chunks) });
          });
        },
      );
      sending.once('error', reject);
      sending.end(body);
    });
  }
}
