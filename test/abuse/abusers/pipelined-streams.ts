import type { Abuse } from '../abuse.js';
import { get, RawClient, until } from '../raw-client.js';

const SOCKETS = 3;
const STREAMS = 1_600;

/** Many streams asked for on each of a few connections, while orders come. */
export const pipelinedStreams: Abuse = {
  name: `${SOCKETS} connections that ask for ${STREAMS} streams each`,
  async run({ url }, signal) {
    const client = new RawClient(url, signal);
    for (let number = 0; number < SOCKETS; number++) {
      (await client.open())?.write(get('/api/events').repeat(STREAMS));
    }
    await until(signal);
  },
};
