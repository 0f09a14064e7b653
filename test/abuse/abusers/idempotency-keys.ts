import { randomUUID } from 'node:crypto';
import { sampleOrderText } from '../../support/sample-order.js';
import type { Abuse } from '../abuse.js';
import { postLoop } from '../post-loop.js';

const SENDERS = 16;

/** One order, again and again, each time under a new Idempotency-Key, which has to be kept. */
export const idempotencyKeys: Abuse = {
  name: `${SENDERS} senders that use up Idempotency-Keys`,
  async run({ url }, signal) {
    const body = sampleOrderText();
    await postLoop(`${url}/api/orders`, SENDERS, signal, () => ({
      body,
      headers: { 'idempotency-key': `"${randomUUID()}"` },
    }));
  },
};
