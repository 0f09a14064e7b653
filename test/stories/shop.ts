import { expect } from 'vitest';
import { type Answer, ask } from '../e2e/api.js';

export type Fields = Readonly<Record<string, unknown>>;

/** How messages from outside come into the program. */
export interface Entrance {
  /** What the history of an order calls it. */
  readonly source: 'api' | 'orders';
  /** Brings an order, or other content for one that is there. */
  bringOrder(order: Fields): Promise<void>;
  /** Brings content that is refused. @returns the reason, as whoever sent it or an operator is told */
  bringRefusedOrder(order: Fields): Promise<string>;
  bringPayment(payment: Fields): Promise<void>;
  bringCarrierEvent(event: Fields): Promise<void>;
}

/** A running program, and the way into it. */
export interface Shop {
  readonly url: string;
  readonly entrance: Entrance;
  /** `waybill inventory verify`. @returns its exit code, and what it says */
  verifyStock(): Promise<{ code: number | null; stdout: string }>;
  close(): Promise<void>;
}

/** @returns the answer's body; it has to be a 200 */
export async function read<Body>(url: string): Promise<Body> {
  const { status, text } = await ask(url);
  expect(status, text).toBe(200);
  return JSON.parse(text) as Body;
}

export function send(method: string, url: string, body: string, headers: Fields = {}): Promise<Answer> {
  return ask(url, {
    method,
    headers: { 'content-type': 'application/json', ...(headers as Record<string, string>) },
    body,
  });
}
