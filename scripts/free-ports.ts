import { randomInt } from 'node:crypto';
import { createServer, type AddressInfo, type Server } from 'node:net';

/**
 * Below what systems hand out to whoever names no port (Linux from 32768, others from 49152), since a server may take
 * seconds until it listens, or go away and come back: nobody gets its port by chance meanwhile.
 */
const FIRST_PORT = 20_000;
const END_OF_PORTS = 32_768;
const MAX_TRIES = 100;

/** A port that was asked for by its number is held by another process. */
export class PortTakenError extends Error {
  constructor(readonly port: number) {
    super(`port ${port} on 127.0.0.1 is taken`);
    this.name = 'PortTakenError';
  }
}

/**
 * Ports on the loopback that nothing listens on, as many as numbers are given; 0 stands for any. All are held
 * at once, so that they differ. Another process that looks for one can still be quicker than whoever listens there next.
 *
 * @throws {PortTakenError}
 */
export async function freePorts<Wanted extends number[]>(...wanted: Wanted): Promise<Wanted> {
  const held: Server[] = [];
  try {
    for (const port of wanted) held.push(await (port === 0 ? holdAny() : hold(port)));
    return held.map((server) => (server.address() as AddressInfo).port) as Wanted;
  } finally {
    await Promise.all(held.map((server) => new Promise((closed) => server.close(closed))));
  }
}

async function holdAny(): Promise<Server> {
  for (let tries = 1; ; tries++) {
    try {
      return await hold(randomInt(FIRST_PORT, END_OF_PORTS));
    } catch (error) {
      if (!(error instanceof PortTakenError) || tries === MAX_TRIES) throw error;
    }
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
