import type { Abuse } from '../abuse.js';
import { get, RawClient, until } from '../raw-client.js';

const CLIENTS = 1_000;

/** Watchers that never read, while orders come. */
export const unreadStreams: Abuse = {
  name: `${CLIENTS} watchers that never read`,
  async run({ url }, signal) {
    const client = new RawClient(url, signal);
    for (let number = 0; number < CLIENTS; number++) {
      (await client.open({ reads: false }))?.write(get('/api/events'));
    }
    await until(signal);
  },
};
