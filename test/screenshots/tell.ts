import { messageOf } from '../../src/orders/producer/lives/life-message.js';
import type { LifeEvent } from '../../src/orders/producer/lives/life-plan.js';

const WAY: Readonly<Record<Exclude<LifeEvent['to'], 'status'>, string>> = {
  orders: '/api/orders',
  payments: '/api/payments/events',
  'delivery-events': '/api/tracking/events',
};
const CONFLICT = 409;

/** Tells the program over HTTP what happens in a life. What is asked for in vain there is asked for in vain here as well. */
export async function tell(url: string, event: LifeEvent): Promise<void> {
  if (event.to !== 'status') return send(url + WAY[event.to], 'POST', messageOf(event)!.value);
  const { orderUid, status } = event;
  if (status === 'cancelled') return send(`${url}/api/orders/${orderUid}/cancel`, 'POST', '{}', [CONFLICT]);
  return send(`${url}/api/orders/${orderUid}/status`, 'POST', JSON.stringify({ status }), [CONFLICT]);
}

/**
 * @param mayBe statuses other than 2xx that are as good
 * @throws Error when it is answered by another one
 */
export async function send(
  url: string,
  method: string,
  body: string,
  mayBe: readonly number[] = [],
): Promise<void> {
  const answer = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body });
  const text = await answer.text();
  if (!answer.ok && !mayBe.includes(answer.status)) {
    throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  }
}
