import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { expect } from 'vitest';
import { ask, expectProblem, post } from '../e2e/api.js';
import { type Entrance, type Fields, send } from './shop.js';

const [PAYMENTS_SECRET, TRACKING_SECRET] = [1, 2].map(
  (byte) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`,
) as [string, string];

/** Settings of a program that this entrance leads into. */
export const WEBHOOK_SETTINGS = {
  PAYMENTS_WEBHOOK_SECRETS: PAYMENTS_SECRET,
  TRACKING_WEBHOOK_SECRETS: TRACKING_SECRET,
};

/** Requests: orders of a client that reads before it replaces, and signed webhooks of a provider and of carriers. */
export function httpEntrance(url: string): Entrance {
  const replace = async (order: Fields) => {
    const at = `${url}/api/orders/${order['order_uid'] as string}`;
    const etag = (await ask(at)).headers.get('etag')!;
    return send('PUT', at, JSON.stringify(order), { 'if-match': etag });
  };
  const callWebhook = async (path: string, secret: string, event: Fields): Promise<void> => {
    const [id, at, body] = [randomUUID(), new Date(), JSON.stringify(event)];
    const { status, text } = await send('POST', url + path, body, {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    });
    expect(status, text).toBeOneOf([200, 201]);
  };
  return {
    source: 'api',
    async bringOrder(order) {
      const isThere = (await ask(`${url}/api/orders/${order['order_uid'] as string}`)).status === 200;
      const { status, text } = isThere ? await replace(order) : await post(url, order);
      expect(status, text).toBe(isThere ? 200 : 201);
    },
    async bringRefusedOrder(order) {
      expectProblem(await post(url, order), 409);
      return expectProblem(await replace(order), 409).detail;
    },
    bringPayment: (payment) => callWebhook('/api/payments/events', PAYMENTS_SECRET, payment),
    bringCarrierEvent: (event) => callWebhook('/api/tracking/events', TRACKING_SECRET, event),
  };
}
