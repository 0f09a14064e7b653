import { connect, type Socket } from 'node:net';
import type { JsonObject } from '../support/sample-order.js';
import { eventually } from '../support/eventually.js';

/** A POST whose head the server has, and whose body comes when the test says so. */
export class SlowPost {
  private received = '';
  private readonly closed: Promise<void>;

  private constructor(
    private readonly socket: Socket,
    readonly order: JsonObject & { order_uid: string },
  ) {
    socket.setEncoding('utf8').on('data', (text: string) => (this.received += text));
    this.closed = new Promise((resolve, reject) => {
      socket.once('close', () => resolve());
      socket.once('error', reject);
    });
    this.closed.catch(() => undefined);
  }

  /** Resolves once the server has said that it waits for the body. */
  static async begin(url: string, order: JsonObject & { order_uid: string }): Promise<SlowPost> {
    const { port } = new URL(url);
    const post = new SlowPost(connect(Number(port), '127.0.0.1'), order);
    const length = Buffer.byteLength(JSON.stringify(order));
    post.socket.write(
      `POST /api/orders HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`,
    );
    await eventually(() => {
      if (!post.received.startsWith('HTTP/1.1 100')) throw new Error(`no 100 Continue but: ${post.received}`);
    });
    post.received = '';
    return post;
  }

  /** Sends the body, and returns the answer as it came. */
  async finish(): Promise<string> {
    this.socket.write(JSON.stringify(this.order));
    await this.closed;
    return this.received;
  }
}
