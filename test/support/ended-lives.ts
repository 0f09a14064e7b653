import { expect } from 'vitest';
import { LIFE_KIND_NAMES, lifeKind } from '../../src/orders/producer/lives/life-kinds.js';
import { customerOf } from '../../src/orders/producer/lives/life-order.js';
import { ask } from '../e2e/api.js';

interface ListedOrder {
  readonly customer_id: string;
  readonly status: string;
  readonly payment_status: string;
  readonly shipment_status: string;
}

const ENDS = new Map(
  LIFE_KIND_NAMES.map((kind) => {
    const { status, payment_status, shipment_status } = lifeKind(kind).ends;
    return [customerOf(kind), `${status} ${payment_status} ${shipment_status}`];
  }),
);

/** That so many orders are there, at most 500, each where its life ends. @returns the customers that there are */
export async function expectEndedLives(url: string, count: number): Promise<Set<string>> {
  const { text } = await ask(`${url}/api/orders?view=summary&limit=500`);
  const orders = JSON.parse(text) as ListedOrder[];
  expect(orders).toHaveLength(count);
  const states = orders.map(
    ({ customer_id, status, payment_status, shipment_status }) =>
      `${customer_id}: ${status} ${payment_status} ${shipment_status}`,
  );
  expect(states).toEqual(orders.map(({ customer_id }) => `${customer_id}: ${ENDS.get(customer_id)}`));
  return new Set(orders.map(({ customer_id }) => customer_id));
}
