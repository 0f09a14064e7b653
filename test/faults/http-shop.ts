import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from './dice.js';
import type { Findings } from './findings.js';
import type { Replica } from './replica.js';
import { shopOrder, type ShopOrder } from './shop.js';

const ORDERS = '/api/orders';
const POSTERS = 6;
const BETWEEN_POSTS_MS = 40;
const BETWEEN_TRIES_MS = 100;
const UPDATED_SHARE = 0.2;
const REPEATED_SHARE = 0.1;
const KEYED_SHARE = 0.15;
const INVALID_SHARE = 0.03;
const TEST_ORDERS_SHARE = 0.05;

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

/**
 * Customers who post orders, and send each until it is accepted, as a client that means it does. What is accepted is
 * noted only when the answer says so.
 */
export class HttpShop {
  readonly accepted = new Map<string, ShopOrder[]>();
  readonly promised: string[] = [];
  readonly refused: string[] = [];
  private posters: Promise<void>[] = [];
  private open = false;
  private count = 0;

  constructor(
    private readonly name: string,
    private readonly replicas: readonly Replica[],
    private readonly dice: Dice,
    private readonly findings: Findings,
  ) {}

  /** The order accepted last, for readers. */
  someOrder(): string | undefined {
    const orderUids = [...this.accepted.keys()].slice(-200);
    return orderUids.length === 0 ? undefined : this.dice.pick(orderUids);
  }

  start(): void {
    this.open = true;
    this.posters = Array.from({ length: POSTERS }, () => this.post());
  }

  /** Resolves when every order that was begun is accepted. */
  async finish(): Promise<void> {
    this.open = false;
    await Promise.all(this.posters);
  }

  /** Sends one order until it is accepted. */
  async deliver(order: ShopOrder): Promise<void> {
    const revisions = this.accepted.get(order.order_uid) ?? [];
    const key = this.dice.roll() < KEYED_SHARE ? `${order.order_uid}-${revisions.length}` : undefined;
    const status = await this.sendUntilAccepted(JSON.stringify(order), key);
    if (key !== undefined && revisions.length === 0 && status !== 201) {
      this.findings.add(
        'unexpected answer',
        `${status} to the first ${order.order_uid} under one Idempotency-Key`,
      );
    }
    this.accepted.set(order.order_uid, [...revisions, order]);
    if (this.dice.roll() < REPEATED_SHARE) {
      await this.sendUntilAccepted(JSON.stringify(order));
    }
  }

  private async post(): Promise<void> {
    while (this.open) {
      const roll = this.dice.roll();
      if (roll < INVALID_SHARE) await this.sendInvalid();
      else if (roll < INVALID_SHARE + TEST_ORDERS_SHARE) await this.askForTestOrders();
      else {
        const orderUid = `${this.name}-h-${++this.count}`;
        const revisions = this.dice.roll() < UPDATED_SHARE ? 3 : 1;
        for (let revision = 1; revision <= revisions; revision++) {
          await this.deliver(shopOrder(orderUid, revision));
        }
      }
      await pause(BETWEEN_POSTS_MS);
    }
  }

  private async sendInvalid(): Promise<void> {
    const orderUid = `${this.name}-invalid-${++this.count}`;
    this.refused.push(orderUid);
    const body = JSON.stringify({ ...shopOrder(orderUid, 1), items: [] });
    const answer = await this.send(ORDERS, body);
    if (answer !== undefined && answer.status !== 400) await this.noteRefusal(answer, orderUid);
  }

  private async askForTestOrders(): Promise<void> {
    const answer = await this.send('/api/orders/test?count=3');
    if (answer?.status !== 202) {
      if (answer !== undefined) await this.noteRefusal(answer, 'test orders');
      return;
    }
    const { order_uids: orderUids } = JSON.parse(answer.text) as { order_uids: string[] };
    this.promised.push(...orderUids);
  }

  private async sendUntilAccepted(body: string, key?: string): Promise<number> {
    for (;;) {
      const answer = await this.send(ORDERS, body, key);
      if (answer?.status === 200 || answer?.status === 201) return answer.status;
      if (answer !== undefined) await this.noteRefusal(answer, ORDERS, key !== undefined);
      await pause(BETWEEN_TRIES_MS);
    }
  }

  /** @returns undefined when the connection did not outlast the request */
  private async send(path: string, body?: string, key?: string): Promise<Answer | undefined> {
    const open = this.replicas.filter((replica) => replica.takesRequests);
    if (open.length === 0) return undefined;
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (key !== undefined) headers['idempotency-key'] = `"${key}"`;
    try {
      const answer = await fetch(`${this.dice.pick(open).url}${path}`, { method: 'POST', headers, body });
      const text = await answer.text();
      return { status: answer.status, text, retryAfter: answer.headers.get('retry-after') };
    } catch {
      return undefined;
    }
  }

  /** The only refusals that a fault excuses are those that say when to come again. */
  private async noteRefusal({ status, text, retryAfter }: Answer, of: string, keyed = false): Promise<void> {
    const excused = status === 503 || (keyed && status === 409);
    if (!excused || retryAfter === null || !/^\d+$/.test(retryAfter)) {
      this.findings.add(
        'unexpected answer',
        `${status} to ${of}, Retry-After ${retryAfter}: ${text.slice(0, 200)}`,
      );
    }
    await pause(BETWEEN_TRIES_MS);
  }
}
