import { setTimeout as pause } from 'node:timers/promises';
import type { Abuse } from '../abuse.js';
import { get, postHead, RawClient } from '../raw-client.js';

/** Bodies without an end, behind an answer without an end, and the connection is closed: again and again. */
export const chunkedBehindStream: Abuse = {
  name: 'chunked requests behind a stream, closed',
  async run({ url }, signal) {
    const client = new RawClient(url, signal);
    while (!signal.aborted) {
      const socket = await client.open();
      socket?.write(get('/api/events') + postHead('/api/orders').repeat(64));
      await pause(20);
      socket?.destroy();
    }
  },
};
