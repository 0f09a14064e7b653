import { createServer, type AddressInfo, type Server } from 'node:net';

/** A port that was asked for by its number is held by another process. */
export class PortTakenError extends Error {
  constructor(readonly port: number) {
    super(`port ${port} on 127.0.0.1 is taken`);
    this.name = 'PortTakenError';
  }
}

/**
 * Ports on the loopback that nothing listens on, as many as numbers are given; 0 stands for any. All are held
 * at once, so that they differ. Another process can still be quicker than whoever listens there next.
 *
 * @throws {PortTakenError}
 */
export async function freePorts<Wanted extends number[]>(...wanted: Wanted): Promise<Wanted> {
  const held: Server[] = [];
  try {
    for (const port of wanted) held.push(await hold(port));
    return held.map((server) => (server.address() as AddressInfo).port) as Wanted;
  } finally {
    await Promise.all(held.map((server) => new Promise((closed) => server.close(closed))));
  }
}

function hold(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(port) : error),
    );
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
