import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from './dice.js';
import type { Findings } from './findings.js';
import type { HttpCaller } from './http-caller.js';
import { shopOrder, type ShopOrder } from './shop.js';

const ORDERS = '/api/orders';
const BETWEEN_POSTS_MS = 40;
const UPDATED_SHARE = 0.2;
const REPEATED_SHARE = 0.1;
const KEYED_SHARE = 0.15;
const INVALID_SHARE = 0.03;
const TEST_ORDERS_SHARE = 0.05;

/**
 * Customers who post orders, and send each until it is accepted, as a client that means it does. What is accepted is
 * noted only when the answer says so.
 */
export class HttpShop {
  readonly accepted = new Map<string, ShopOrder[]>();
  readonly promised: string[] = [];
  readonly refused: string[] = [];
  /** Orders and new versions of them that were accepted. */
  taken = 0;
  private posters: Promise<void>[] = [];
  private open = false;
  private count = 0;

  constructor(
    private readonly name: string,
    private readonly caller: HttpCaller,
    private readonly dice: Dice,
    private readonly findings: Findings,
  ) {}

  /** The order accepted last, for readers. */
  someOrder(): string | undefined {
    const orderUids = [...this.accepted.keys()].slice(-200);
    return orderUids.length === 0 ? undefined : this.dice.pick(orderUids);
  }

  start(posters: number): void {
    this.open = true;
    this.posters = Array.from({ length: posters }, () => this.post());
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
    const status = await this.caller.untilAccepted({ path: ORDERS, body: JSON.stringify(order), key });
    if (key !== undefined && revisions.length === 0 && status !== 201) {
      this.findings.add(
        'unexpected answer',
        `${status} to the first ${order.order_uid} under one Idempotency-Key`,
      );
    }
    this.accepted.set(order.order_uid, [...revisions, order]);
    this.taken++;
    if (this.dice.roll() < REPEATED_SHARE) {
      await this.caller.untilAccepted({ path: ORDERS, body: JSON.stringify(order) });
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
    const answer = await this.caller.send({ path: ORDERS, body });
    if (answer !== undefined && answer.status !== 400) await this.caller.noteRefusal(answer, orderUid);
  }

  private async askForTestOrders(): Promise<void> {
    const answer = await this.caller.send({ path: '/api/orders/test?count=3' });
    if (answer?.status !== 202) {
      if (answer !== undefined) await this.caller.noteRefusal(answer, 'test orders');
      return;
    }
    const { order_uids: orderUids } = JSON.parse(answer.text) as { order_uids: string[] };
    this.promised.push(...orderUids);
  }
}
