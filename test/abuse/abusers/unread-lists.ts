import { sampleOrder } from '../../support/sample-order.js';
import type { Abuse } from '../abuse.js';
import { postAnyway } from '../post-loop.js';
import { get, RawClient, until } from '../raw-client.js';

const ORDERS = 60;
const ORDER_CHARACTERS = 900_000;
const READERS = 20;

/** Pages of huge orders that are asked for and not read. */
export const unreadLists: Abuse = {
  name: `${READERS} pages of ${ORDERS} huge orders, asked for and not read`,
  async run({ url }, signal) {
    const order = sampleOrder() as { items: object[] };
    const items = Array.from(
      { length: Math.ceil(ORDER_CHARACTERS / JSON.stringify(order.items[0]).length) },
      () => order.items[0],
    );
    for (let number = 0; number < ORDERS && !signal.aborted; number++) {
      const orderUid = `huge-${process.pid}-${number}`;
      const body = JSON.stringify({ ...order, order_uid: orderUid, items });
      await postAnyway(`${url}/api/orders`, { body }, signal);
    }
    const client = new RawClient(url, signal);
    for (let number = 0; number < READERS; number++) {
      (await client.open({ reads: false }))?.write(get(`/api/orders?limit=${ORDERS}`).repeat(20));
    }
    await until(signal);
  },
};
