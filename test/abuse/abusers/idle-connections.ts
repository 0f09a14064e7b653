import type { Abuse } from '../abuse.js';
import { RawClient, until } from '../raw-client.js';

const CONNECTIONS = 4_000;

/** Connections without a request, some with the beginning of one, more than there may be. */
export const idleConnections: Abuse = {
  name: `${CONNECTIONS} connections that ask for nothing`,
  async run({ url }, signal) {
    const client = new RawClient(url, signal);
    for (let number = 0; number < CONNECTIONS && !signal.aborted; number++) {
      const socket = await client.open();
      if (number % 2 === 0) socket?.write('GET /api/orders/half HTTP/1.1\r\nHost: ');
    }
    await until(signal);
  },
};
