import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers in the place of a registry, as a spec says at the moment, and keeps what was asked. */
export class StandInRegistry {
  /** `GET /schemas/ids/7`, in the order in which they came. */
  readonly asked: string[] = [];
  readonly headers: IncomingMessage['headers'][] = [];

  private constructor(
    private readonly server: Server,
    /** What it answers with; to be replaced. */
    public answer: RequestListener,
  ) {
    server.on('request', (request, response) => {
      this.asked.push(`${request.method} ${request.url}`);
      this.headers.push(request.headers);
      this.answer(request, response);
    });
  }

  static async start(answer: RequestListener): Promise<StandInRegistry> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StandInRegistry(server, answer);
  }

  /** @param user `user:password@`, as it stands in a URL */
  url(user = ''): string {
    return `http://${user}127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** An answer in JSON. */
export function json(status: number, body: unknown): RequestListener {
  return (_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/vnd.schemaregistry.v1+json' });
    response.end(JSON.stringify(body));
  };
}
