import type { Abuse } from '../abuse.js';
import { postLoop } from '../post-loop.js';

const SENDERS = 8;

/** Made-up orders, a thousand a request, without a pause. */
export const demoLoop: Abuse = {
  name: `${SENDERS} senders of a thousand test orders at a time`,
  run: ({ url }, signal) => postLoop(`${url}/api/orders/test?count=1000`, SENDERS, signal, () => ({})),
};
