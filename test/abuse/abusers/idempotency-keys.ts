import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Abuse } from '../abuse.js';
import { postLoop } from '../post-loop.js';

const SENDERS = 16;
const SAMPLE = new URL('../../samples/order.json', import.meta.url);

/** One order, again and again, each time under a new Idempotency-Key, which has to be kept. */
export const idempotencyKeys: Abuse = {
  name: `${SENDERS} senders that use up Idempotency-Keys`,
  async run({ url }, signal) {
    const body = await readFile(SAMPLE, 'utf8');
    await postLoop(`${url}/api/orders`, SENDERS, signal, () => ({
      body,
      headers: { 'idempotency-key': `"${randomUUID()}"` },
    }));
  },
};
