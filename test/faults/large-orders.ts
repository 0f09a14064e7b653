import { Agent, request } from 'node:http';
import type { Order } from '../../src/orders/model/order.js';
import { sampleOrder } from '../support/sample-order.js';

const CONNECTIONS = 64;
/** As large as the program takes them. */
const BODY_BYTES = 1_048_576;
const ITEMS = 1_000;

/** Posts orders of 1 MiB over 64 connections for a while, and returns how many answers of each status there were. */
export async function postLargeOrders(url: string, durationMs: number): Promise<Map<number, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const body = largeOrder();
  const answers = new Map<number, number>();
  const untilMs = performance.now() + durationMs;
  const postOneAfterAnother = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      const status = await post(`${url}/api/orders`, body, agent);
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, postOneAfterAnother));
  agent.destroy();
  return answers;
}

/** A valid order of many items with long names. */
function largeOrder(): Buffer {
  const order = { ...sampleOrder(), order_uid: 'large-order' } as unknown as Order;
  const text = (name: string): string =>
    JSON.stringify({ ...order, items: Array.from({ length: ITEMS }, () => ({ ...order.items[0]!, name })) });
  const room = BODY_BYTES - Buffer.byteLength(text(''));
  return Buffer.from(text('x'.repeat(Math.floor(room / ITEMS))));
}

function post(url: string, body: Buffer, agent: Agent): Promise<number> {
  return new Promise((answered, failed) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => answered(response.statusCode!));
    });
    sent.once('error', failed).end(body);
  });
}
