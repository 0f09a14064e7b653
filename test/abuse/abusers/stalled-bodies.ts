import { setTimeout as pause } from 'node:timers/promises';
import type { Abuse } from '../abuse.js';
import { postHead, RawClient } from '../raw-client.js';

const SOCKETS = 64;
const LENGTH = 1_048_576;

/** Bodies that come but for their last byte, which takes its time. */
export const stalledBodies: Abuse = {
  name: `${SOCKETS} bodies of 1 MiB that stall before their end`,
  async run({ url }, signal) {
    const client = new RawClient(url, signal);
    const one = async (): Promise<void> => {
      while (!signal.aborted) {
        const socket = await client.open();
        socket?.write(postHead('/api/orders', LENGTH) + ' '.repeat(LENGTH - 1));
        while (!signal.aborted && socket?.writable === true) await pause(100);
      }
    };
    await Promise.all(Array.from({ length: SOCKETS }, one));
  },
};
