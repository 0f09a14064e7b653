import { expect } from 'vitest';
import { ask, expectProblem } from '../e2e/api.js';
import { sampleOrder } from '../support/sample-order.js';
import { type Fields, read, send, type Shop } from './shop.js';

/** What can be bought. */
export type Thing = 'A' | 'B' | 'C';
export const THINGS: readonly Thing[] = ['A', 'B', 'C'];
const PRICES: Record<Thing, number> = { A: 400, B: 600, C: 900 };

/** A message on its way; it can be sent more than once. */
export type Sending = () => Promise<void>;

/** Of the events of a story, which happen a minute after one another. */
const FIRST_EVENT_AT_MS = Date.UTC(2021, 10, 26, 9);
const MINUTE_MS = 60_000;

/** One order, and all that others send in because of it. Nothing of it is shared with another order. */
export class OrderWorld {
  content: Fields & { readonly order_uid: string };
  private events = 0;

  constructor(
    readonly shop: Shop,
    readonly orderUid: string,
    /** The chrt_id of thing A; that of the others follow. */
    private readonly firstChrtId: number,
  ) {
    this.content = { order_uid: orderUid };
  }

  chrtIdOf = (thing: Thing): number => this.firstChrtId + THINGS.indexOf(thing);
  thingOf = (chrtId: number): Thing => THINGS[chrtId - this.firstChrtId]!;
  trackNumberOf = (thing: Thing): string => `${this.orderUid}-${thing}`;

  order(things: readonly Thing[]): Sending {
    const order = (this.content = this.contentOf(things));
    return () => this.shop.entrance.bringOrder(order);
  }

  orderAgain(): Sending {
    const order = this.content;
    return () => this.shop.entrance.bringOrder(order);
  }

  refusedOrder(things: readonly Thing[], reason: string): Sending {
    const order = this.contentOf(things);
    return async () => expect(await this.shop.entrance.bringRefusedOrder(order)).toBe(reason);
  }

  payment(type: string, amount: number): Sending {
    const payment = {
      ...this.nextEvent(),
      order_uid: this.orderUid,
      transaction: `${this.orderUid}-tx`,
      type,
      amount,
      currency: 'USD',
    };
    return () => this.shop.entrance.bringPayment(payment);
  }

  carrierEvent(thing: Thing, type: string, location?: string): Sending {
    const event = {
      ...this.nextEvent(),
      track_number: this.trackNumberOf(thing),
      type,
      ...(location !== undefined && { location }),
    };
    return () => this.shop.entrance.bringCarrierEvent(event);
  }

  /** @param refusal how it is refused; undefined: it is done */
  request(action: 'status' | 'cancel', body: Fields, refusal?: string): Sending {
    return async () => {
      const answer = await send('POST', `${this.at()}/${action}`, JSON.stringify(body));
      if (refusal === undefined) expect(answer.status, answer.text).toBe(200);
      else expect(expectProblem(answer, 409).detail).toBe(refusal);
    };
  }

  /** Somebody counts what is in the house. */
  async putOnShelf(thing: Thing, onHand: number): Promise<void> {
    const body = JSON.stringify({ nm_id: this.firstChrtId, on_hand: onHand });
    const answer = await send('PUT', this.shelfOf(thing), body);
    expect(answer.status, answer.text).toBe(201);
  }

  shelfOf = (thing: Thing): string => `${this.shop.url}/api/inventory/${this.chrtIdOf(thing)}`;
  read = <Body>(what: string): Promise<Body> => read<Body>(`${this.at()}/${what}`);
  readItself = () => ask(this.at());
  timelineOf = (thing: Thing): Promise<{ events: { type: string }[] }> =>
    read(`${this.shop.url}/api/tracking/${this.trackNumberOf(thing)}`);

  private at(): string {
    return `${this.shop.url}/api/orders/${this.orderUid}`;
  }

  private nextEvent(): { event_id: string; occurred_at: string } {
    const number = (this.events += 1);
    const occurredAt = new Date(FIRST_EVENT_AT_MS + number * MINUTE_MS);
    return { event_id: `${this.orderUid}-e${number}`, occurred_at: occurredAt.toISOString() };
  }

  private contentOf(things: readonly Thing[]): Fields & { order_uid: string } {
    const sample = sampleOrder();
    const [item] = sample['items'] as Fields[];
    const total = things.reduce((sum, thing) => sum + PRICES[thing], 0);
    return {
      ...sample,
      order_uid: this.orderUid,
      customer_id: this.orderUid,
      track_number: this.trackNumberOf(things[0]!),
      payment: { ...(sample['payment'] as Fields), amount: total, goods_total: total, delivery_cost: 0 },
      items: things.map((thing) => ({
        ...item,
        chrt_id: this.chrtIdOf(thing),
        // An item without a track number goes with the order's own.
        track_number: thing === things[0] ? '' : this.trackNumberOf(thing),
        price: PRICES[thing],
        sale: 0,
        total_price: PRICES[thing],
      })),
    };
  }
}
