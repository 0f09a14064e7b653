import type { Server } from 'node:http';
import { type AddressInfo, createServer, type Server as TcpServer } from 'node:net';

/**
 * Takes connections to ::1 for a server that listens on 127.0.0.1, since `localhost` stands for both. Fastify, told that name,
 * listens on the second address with a server of its own, which none of our limits and checks would know.
 */
export class SecondLoopback {
  private constructor(private readonly listener: TcpServer) {}

  /** Where the port or the address cannot be had, 127.0.0.1 has to do. */
  static async listenFor(server: Server): Promise<SecondLoopback> {
    const { port } = server.address() as AddressInfo;
    // As Node's HTTP servers have their sockets.
    const options = { allowHalfOpen: true, noDelay: true };
    const listener = createServer(options, (socket) => server.emit('connection', socket));
    await new Promise<void>((resolve) => {
      listener.on('error', () => resolve()).listen({ port, host: '::1' }, resolve);
    });
    return new SecondLoopback(listener);
  }

  /** Resolves once its last connection is closed, which is left to the server. */
  async close(): Promise<void> {
    await new Promise((resolve) => this.listener.close(resolve));
  }
}
