import type { Pool } from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { shopOrder } from '../shop.js';
import type { Sent, Transport } from './transports.js';

const BETWEEN_SENDS_MS = 50;
const BETWEEN_LOOKS_MS = 20;
/** Of so many orders one has its parcel scanned. */
const ORDERS_A_SCAN = 20;

export interface FlowedOrder {
  readonly sentAtMs: number;
  /** When it was first seen in the table; until then undefined. */
  storedAtMs?: number;
}

/** Orders that come at a steady rate, whatever becomes of them, and how long each takes to be readable. */
export class OrderFlow {
  readonly orders = new Map<string, FlowedOrder>();
  readonly scans: string[] = [];
  private readonly pending = new Set<string>();
  private sending = true;
  private open = true;
  private readonly working: Promise<void>[];

  constructor(
    private readonly name: string,
    private readonly transport: Transport,
    private readonly database: Pool,
    private readonly ordersPerSecond: number,
  ) {
    this.working = [this.sendAll(), this.lookAll()];
  }

  /** Sends one order of a customer besides. @returns its id */
  async sendOneOf(customer: string): Promise<string> {
    const uid = `${this.name}-${customer}-${this.orders.size}`;
    await this.send([this.orderEvent(uid, customer)]);
    return uid;
  }

  /** How long orders took that were sent in a span of time, in ascending order; Infinity while one is not there. */
  delaysMs(fromMs: number, toMs: number): number[] {
    return [...this.orders.values()]
      .filter(({ sentAtMs }) => sentAtMs >= fromMs && sentAtMs < toMs)
      .map(({ sentAtMs, storedAtMs = Infinity }) => storedAtMs - sentAtMs)
      .sort((a, b) => a - b);
  }

  /** From a moment until the next order was stored. */
  untilNextStoredMs(sinceMs: number): number {
    let next = Infinity;
    for (const { storedAtMs = Infinity } of this.orders.values()) {
      if (storedAtMs > sinceMs && storedAtMs < next) next = storedAtMs;
    }
    return next - sinceMs;
  }

  get pendingCount(): number {
    return this.pending.size;
  }

  /** Those that are not stored yet are looked for until `close`. */
  async stopSending(): Promise<void> {
    this.sending = false;
    await this.working[0];
  }

  async close(): Promise<void> {
    this.sending = false;
    this.open = false;
    await Promise.all(this.working);
  }

  private async sendAll(): Promise<void> {
    const startedAt = performance.now();
    for (let count = 0; this.sending;) {
      const due = Math.floor(((performance.now() - startedAt) / 1_000) * this.ordersPerSecond);
      const events: Sent[] = [];
      for (; count < due; count++) {
        events.push(this.orderEvent(`${this.name}-${count}`, `customer-${count}`));
        if (count % ORDERS_A_SCAN === 0) events.push(this.scanEvent(`${this.name}-scan-${count}`));
      }
      if (events.length > 0) await this.send(events);
      await pause(BETWEEN_SENDS_MS);
    }
  }

  private async send(events: readonly Sent[]): Promise<void> {
    const sentAtMs = performance.now();
    for (const { topic, key } of events) {
      if (topic === this.transport.topic) {
        this.orders.set(key, { sentAtMs });
        this.pending.add(key);
      } else this.scans.push(key);
    }
    await this.transport.send(events);
  }

  private orderEvent(uid: string, customer: string): Sent {
    const order = { ...shopOrder(uid, 1), customer_id: customer };
    return { topic: this.transport.topic, key: uid, value: JSON.stringify(order) };
  }

  private scanEvent(key: string): Sent {
    const scan = { scan_id: key, track_number: key, place: 'Łódź', scanned_at: '2026-01-02T03:04:05Z' };
    return { topic: this.transport.scansTopic, key, value: JSON.stringify(scan) };
  }

  private async lookAll(): Promise<void> {
    while (this.open) {
      await this.look();
      await pause(BETWEEN_LOOKS_MS);
    }
  }

  private async look(): Promise<void> {
    if (this.pending.size === 0) return;
    const { rows } = await this.database.query<{ order_uid: string }>(
      'SELECT order_uid FROM orders WHERE order_uid = ANY ($1)',
      [[...this.pending]],
    );
    const storedAtMs = performance.now();
    for (const { order_uid: uid } of rows) {
      this.pending.delete(uid);
      this.orders.get(uid)!.storedAtMs = storedAtMs;
    }
  }
}

/** A share of sorted figures, such as 0.99, is at most this. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
