import { Agent, get, type IncomingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** From before the request is made until its whole answer is there. */
  readonly ms: number;
}

/** GETs over a number of connections that are kept, none of which has two requests under way. */
export class KeptConnections {
  private readonly agent: Agent;

  constructor(
    private readonly url: string,
    private readonly connections: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** @throws Error when the connection is lost */
  get(path: string): Promise<Answer> {
    return new Promise((answered, failed) => {
      const startedAtMs = performance.now();
      const request = get(`${this.url}${path}`, { agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', failed);
        response.once('end', () => {
          const ms = performance.now() - startedAtMs;
          const { statusCode: status = 0, headers } = response;
          answered({ status, headers, body: Buffer.concat(chunks).toString(), ms });
        });
      });
      request.once('error', failed);
    });
  }

  /** Gets all of the paths in turn, with as many under way as there are connections. */
  async getAll(paths: readonly string[], onAnswer: (answer: Answer, index: number) => void): Promise<void> {
    let next = 0;
    const getOneAfterAnother = async (): Promise<void> => {
      while (next < paths.length) {
        const index = next++;
        onAnswer(await this.get(paths[index]!), index);
      }
    };
    await Promise.all(Array.from({ length: this.connections }, getOneAfterAnother));
  }

  close(): void {
    this.agent.destroy();
  }
}
