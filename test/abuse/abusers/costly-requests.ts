import type { Abuse } from '../abuse.js';
import { postAnyway } from '../post-loop.js';

const LENGTH = 1_000_000;

/** Bodies and queries that are cheap to send and costly to judge or to answer. */
export const costlyRequests: Abuse = {
  name: 'deeply nested bodies, and parameters that nobody knows',
  async run({ url }, signal) {
    const nested = '['.repeat(LENGTH / 2) + ']'.repeat(LENGTH / 2);
    const inOrder = `{"order_uid":"deep","items":${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}}`;
    const unknown = JSON.stringify(
      Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`unknown${index}`, 1])),
    );
    const bodies: [string, string][] = [
      ['/api/orders', nested],
      ['/api/orders', inOrder],
      ['/api/orders', unknown],
      ['/api/dead-letters/replay', unknown],
      ['/api/dead-letters/replay', nested],
    ];
    await Promise.all(
      bodies.map(async ([path, body]) => {
        while (!signal.aborted) await postAnyway(url + path, { body }, signal);
      }),
    );
  },
};
