import type { Abuse } from '../abuse.js';
import { postHead, RawClient, until } from '../raw-client.js';

const SOCKETS = 500;

/** Bodies that are announced and do not come, beside others that come a byte a second. */
export const announcedBodies: Abuse = {
  name: `${SOCKETS} bodies announced, of which half trickle and half do not come`,
  async run({ url }, signal) {
    const client = new RawClient(url, signal);
    const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => client.open()));
    for (const [index, socket] of sockets.entries()) {
      socket?.write(postHead('/api/orders', index % 2 === 0 ? undefined : 1_048_576));
    }
    const trickle = setInterval(() => {
      for (const [index, socket] of sockets.entries()) if (index % 2 === 0) socket?.write('1\r\n \r\n');
    }, 1_000);
    await until(signal);
    clearInterval(trickle);
  },
};
