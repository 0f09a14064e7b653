import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface HttpCase {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const TIMEOUT_MS = 20_000;

/** Requests that fetch would not send, such as a GET with a body. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });
  private readonly port: number;

  constructor(url: string) {
    this.port = Number(new URL(url).port);
  }

  /** A kept connection that the server closes meanwhile costs one try. */
  async send(what: HttpCase): Promise<HttpAnswer> {
    try {
      return await this.once(what);
    } catch (error) {
      if (!['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return this.once(what);
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private once({ method, path, headers: given, body }: HttpCase): Promise<HttpAnswer> {
    // For a GET Node would leave it out, and what follows would be the next request.
    const headers = body === undefined ? given : { ...given, 'content-length': String(body.length) };
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        { host: '127.0.0.1', port: this.port, agent: this.agent, method, path, headers, timeout: TIMEOUT_MS },
        (answer) => {
          // A stream that goes on for ever is answered once its head is here.
          if (answer.headers['content-type']?.startsWith('text/event-stream') === true) {
            resolve({ status: answer.statusCode!, headers: answer.headers, text: '' });
            answer.destroy();
            return;
          }
          const pieces: Buffer[] = [];
          answer.on('data', (piece: Buffer) => pieces.push(piece));
          answer.once('end', () =>
            resolve({
              status: answer.statusCode!,
              headers: answer.headers,
              text: Buffer.concat(pieces).toString(),
            }),
          );
          answer.once('error', reject);
        },
      );
      sent.once('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
      sent.once('error', reject);
      sent.end(body);
    });
  }
}
