import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;

/** The head of a POST. @param length as it is announced; undefined for chunks */
export function postHead(path: string, length?: number): string {
  const framing = length === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`;
}

/** Connections as an abuser has them: what becomes of them is of no interest, and all end with the signal. */
export class RawClient {
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly url: string,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => {
      for (const socket of this.sockets) socket.destroy();
    });
  }

  /** @returns undefined when it was not to be had */
  async open({ reads = true } = {}): Promise<Socket | undefined> {
    if (this.signal.aborted) return undefined;
    const socket = connect(Number(new URL(this.url).port), '127.0.0.1');
    this.sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => this.sockets.delete(socket));
    if (reads) socket.resume();
    else socket.pause();
    try {
      await once(socket, 'connect', { signal: this.signal });
      return socket;
    } catch {
      socket.destroy();
      return undefined;
    }
  }
}

/** Resolves with the signal. */
export async function until(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
