import type { Socket } from 'node:net';
import type { Abuse } from '../abuse.js';
import { get, RawClient, until } from '../raw-client.js';

const SOCKETS = 200;
const AHEAD = 500;

/** GETs that memory answers, hundreds ahead on each connection, as fast as their answers are read. */
export const pipelinedGets: Abuse = {
  name: `${SOCKETS} connections that send ${AHEAD} GETs ahead`,
  async run({ url }, signal) {
    const client = new RawClient(url, signal);
    const requests = Buffer.from(get('/api/orders/pipelined').repeat(AHEAD));
    const sendOn = (socket: Socket): void => {
      while (socket.writable && socket.write(requests));
    };
    for (let number = 0; number < SOCKETS; number++) {
      const socket = await client.open();
      socket?.on('drain', () => sendOn(socket));
      if (socket !== undefined) sendOn(socket);
    }
    await until(signal);
  },
};
