import type { Abuse } from '../abuse.js';

const SENDERS = 8;

/** Made-up orders, a thousand a request, without a pause. */
export const demoLoop: Abuse = {
  name: `${SENDERS} senders of a thousand test orders at a time`,
  async run(url, signal) {
    const send = async (): Promise<void> => {
      while (!signal.aborted) {
        await fetch(`${url}/api/orders/test?count=1000`, { method: 'POST', signal })
          .then((answer) => answer.arrayBuffer())
          .catch(() => undefined);
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, send));
  },
};
