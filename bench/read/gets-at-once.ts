import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const LENGTH = /^content-length: (\d+)\r\n/im;
const HEAD_END = '\r\n\r\n';

/** Many GETs of one path at once, each on a connection of its own. */
export class GetsAtOnce {
  private constructor(
    private readonly sockets: readonly Socket[],
    private readonly path: string,
  ) {}

  /** Opens the connections. */
  static async open(url: string, path: string, connections: number): Promise<GetsAtOnce> {
    const { hostname, port } = new URL(url);
    const sockets: Socket[] = [];
    // One after the other: a server's queue of connections that it has not yet taken is short.
    for (let opened = 0; opened < connections; opened++) {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      sockets.push(socket);
    }
    return new GetsAtOnce(sockets, path);
  }

  /**
   * Sends all. @returns the answers' texts, and when the last was there, on the clock of performance.now()
   *
   * @throws Error when a connection is lost before
   */
  async send(): Promise<{ answers: string[]; lastAtMs: number }> {
    const request = `GET ${this.path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
    const texts = this.sockets.map(answerOn);
    for (const socket of this.sockets) socket.write(request);
    const answers = await Promise.all(texts);
    return { answers, lastAtMs: performance.now() };
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

function answerOn(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (lengthOf(text) <= text.length) resolve(text);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('a connection was closed before its answer')));
  });
}

/** Characters, and so bytes, of an answer; more than there are until its head is there. */
function lengthOf(text: string): number {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd === -1) return Infinity;
  const length = LENGTH.exec(text.slice(0, headEnd + HEAD_END.length))?.[1];
  return headEnd + HEAD_END.length + Number(length ?? 0);
}
