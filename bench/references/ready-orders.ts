import type { Server } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { LRUCache } from 'lru-cache';
import { etagOf } from '../../src/orders/model/order-etag.js';
import { encodeOrder } from '../../src/orders/model/order.codec.js';
import type { Order } from '../../src/orders/model/order.js';
import { contentHash } from '../../src/orders/repository/order-to-store.js';
import { SECURITY_HEADERS_BY_NAME } from '../../src/platform/http/security-headers.js';
import { orderEvents } from '../order-events.js';
import type { OwnCertificate } from '../own-certificate.js';
import { optionsOf, say } from '../script.js';

/** What the references of reads have in common: what they hold, and what their answers consist of. */

export const ORDERS_PATH = '/api/orders/';
const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const SECURITY = SECURITY_HEADERS_BY_NAME;

export const NOT_FOUND_HEADERS = {
  'x-cache': 'HIT',
  'content-type': PROBLEM_TYPE,
  'cache-control': 'no-store',
  ...SECURITY,
};

/** Of an order that nobody has told anything of. */
const STATES = { 'x-order-status': 'received', 'x-payment-status': 'unpaid', 'x-shipment-status': 'none' };

/** Of an order in its first version. @param etag of the order */
export function orderHeaders(etag: string): Record<string, string> {
  return {
    etag,
    'cache-control': 'no-cache',
    'x-cache': 'HIT',
    'content-type': JSON_TYPE,
    ...SECURITY,
    ...STATES,
    'x-order-version': '1',
    // Some time: whether it is the program's is not compared.
    'x-received-at': '2026-01-01T00:00:00.000000Z',
  };
}

export function notModifiedHeaders(etag: string): Record<string, string> {
  return { etag, 'cache-control': 'no-cache', 'x-cache': 'HIT', ...STATES };
}

/** An order as it is answered with. */
export interface ReadyOrder {
  readonly orderUid: string;
  readonly etag: string;
  /** Canonical JSON. */
  readonly body: Buffer;
}

/** The first orders of all that {@link orderEvents} makes, as the program answers with them in their first version. */
export function readyOrders(count: number): ReadyOrder[] {
  return orderEvents(count).map(({ value }) => {
    const order = JSON.parse(String(value)) as Order;
    const text = encodeOrder(order);
    return { orderUid: order.order_uid, etag: etagOf(1, contentHash(text)), body: Buffer.from(text) };
  });
}

/** What a reference is started with. */
export interface HeldOrders {
  /** How many. */
  readonly orders: number;
  /** That of a reference that answers by HTTPS. */
  readonly certificate?: OwnCertificate;
}

/** In a reference: what it holds. */
export function heldOrders(): LRUCache<string, ReadyOrder> {
  const { orders: count } = optionsOf<HeldOrders>();
  const orders = new LRUCache<string, ReadyOrder>({ max: count });
  for (const order of readyOrders(count)) orders.set(order.orderUid, order);
  return orders;
}

/** RFC 9457, as the program says it. */
export function notFoundBody(orderUid: string): string {
  return JSON.stringify({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: `there is no order ${orderUid}`,
    instance: `${ORDERS_PATH}${orderUid}`,
  });
}

/** In a reference: tells who has started it where it listens. */
export function announce(server: Server | HttpsServer): void {
  const { port } = server.address() as AddressInfo;
  say({ url: `${server instanceof HttpsServer ? 'https' : 'http'}://127.0.0.1:${port}` });
}
