import { hold } from '../../support/embedded-database.js';
import { sampleOrder } from '../../support/sample-order.js';
import type { Abuse } from '../abuse.js';
import { postAnyway, postLoop } from '../post-loop.js';

const SENDERS = 50;
const UID = 'locked-by-somebody';

/** A session holds the row of an order, and many callers change just that one. */
export const lockedRow: Abuse = {
  name: `${SENDERS} senders of an order whose row is locked`,
  async run({ url, dataDir }, signal) {
    const order = sampleOrder();
    let changes = 0;
    const next = () => ({ body: JSON.stringify({ ...order, order_uid: UID, locale: `n${changes++}` }) });
    await postAnyway(`${url}/api/orders`, next(), signal);
    const lock = await hold(dataDir, `SELECT FROM orders WHERE order_uid = '${UID}' FOR UPDATE`);
    await postLoop(`${url}/api/orders`, SENDERS, signal, next);
    await lock.release();
  },
};
