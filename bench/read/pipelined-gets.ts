import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const LENGTH = /^content-length: (\d+)\r\n/im;
const HEAD_END = '\r\n\r\n';

/** Many GETs of one path at once: several on each of many connections, without waiting for the answers before. */
export class PipelinedGets {
  private constructor(
    private readonly sockets: readonly Socket[],
    private readonly path: string,
    private readonly each: number,
  ) {}

  /** Opens the connections. @param each GETs on each of them */
  static async open(url: string, path: string, connections: number, each: number): Promise<PipelinedGets> {
    const { hostname, port } = new URL(url);
    const sockets: Socket[] = [];
    // One after the other: a server's queue of connections that it has not yet taken is short.
    for (let opened = 0; opened < connections; opened++) {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      sockets.push(socket);
    }
    return new PipelinedGets(sockets, path, each);
  }

  /**
   * Sends all. @returns the answers' texts, and when the last was there, on the clock of performance.now()
   *
   * @throws Error when a connection is lost before
   */
  async send(): Promise<{ answers: string[]; lastAtMs: number }> {
    const request = `GET ${this.path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
    const texts = this.sockets.map((socket) => answersOn(socket, this.each));
    for (const socket of this.sockets) socket.write(request.repeat(this.each));
    const answers = (await Promise.all(texts)).flat();
    return { answers, lastAtMs: performance.now() };
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

function answersOn(socket: Socket, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const answers: string[] = [];
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      for (let length = firstLength(text); length <= text.length; length = firstLength(text)) {
        answers.push(text.slice(0, length));
        text = text.slice(length);
      }
      if (answers.length === count) resolve(answers);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`a connection was closed after ${answers.length} answers`)));
  });
}

/** Characters, and so bytes, of the answer that a text begins with; more than there are until its head is there. */
function firstLength(text: string): number {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd === -1) return Infinity;
  const length = LENGTH.exec(text.slice(0, headEnd + HEAD_END.length))?.[1];
  return headEnd + HEAD_END.length + Number(length ?? 0);
}
