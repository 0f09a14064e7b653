import type { Message } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../dice.js';
import type { HttpCaller } from '../http-caller.js';
import type { HttpShop } from '../http-shop.js';
import type { KafkaSender } from '../kafka-sender.js';
import { poisonMessage } from '../kafka-shop.js';
import { type Life, lifeOf, type ParcelNews, type Payment } from './life.js';

const BETWEEN_SENDS_MS = 50;
const BETWEEN_LIVES_MS = 40;
const CALLERS = 2;
/** Of what waits to be sent; so what happens to one order is spread out, and comes in any order. */
const SENT_SHARE = 0.3;
const REPEATED_SHARE = 0.1;
const POISON_SHARE = 0.02;
/** Orders that readers ask for. */
const REMEMBERED = 200;

export interface LifeTopics {
  readonly orders: string;
  readonly payments: string;
  readonly deliveryEvents: string;
}

interface Waiting {
  readonly topic: string;
  readonly message: Message;
}

/**
 * Whole lives of orders: the order, its payments, and what carriers tell of its parcels, from different systems that know
 * nothing of each other. So an event may come before its order, late or twice.
 */
export class LifeShop {
  /** What was accepted over HTTP. */
  readonly payments: Payment[] = [];
  readonly parcelNews: ParcelNews[] = [];
  readonly cancelled = new Set<string>();
  /** Lives that were begun. */
  count = 0;
  private orderUids: string[] = [];
  private waiting: Waiting[] = [];
  private working: Promise<void>[] = [];
  private open = false;

  constructor(
    private readonly name: string,
    private readonly sender: KafkaSender,
    private readonly topics: LifeTopics,
    private readonly caller: HttpCaller,
    private readonly orders: HttpShop,
    private readonly dice: Dice,
  ) {}

  someOrder(): string | undefined {
    return this.orderUids.length === 0 ? undefined : this.dice.pick(this.orderUids);
  }

  start(livesASend: number): void {
    this.open = true;
    this.working = [this.produce(livesASend), ...Array.from({ length: CALLERS }, () => this.call())];
  }

  /** Resolves when all that happens to the orders that were begun has been sent. */
  async finish(): Promise<void> {
    this.open = false;
    await Promise.all(this.working);
  }

  private next(): Life {
    const life = lifeOf(`${this.name}-l-${++this.count}`, this.dice);
    this.orderUids = [...this.orderUids, life.order.order_uid].slice(-REMEMBERED);
    return life;
  }

  private async produce(livesASend: number): Promise<void> {
    while (this.open || this.waiting.length > 0) {
      for (let lives = 0; this.open && lives < livesASend; lives++) this.begin();
      const sent = this.waiting.filter(() => !this.open || this.dice.roll() < SENT_SHARE);
      const gone = new Set(sent);
      this.waiting = this.waiting.filter((one) => !gone.has(one));
      for (const topic of Object.values(this.topics) as string[]) {
        const messages = sent.filter((one) => one.topic === topic).map(({ message }) => message);
        await this.sender.send(topic, messages);
      }
      await pause(BETWEEN_SENDS_MS);
    }
  }

  private begin(): void {
    let life = this.next();
    // Only a request can cancel.
    while (life.isCancelled) life = this.next();
    const { orders, payments, deliveryEvents } = this.topics;
    const { order, parcelNews } = life;
    this.wait(orders, order.order_uid, order);
    for (const payment of life.payments) this.wait(payments, payment.order_uid, payment);
    for (const news of parcelNews) this.wait(deliveryEvents, news.track_number, news);
    for (const topic of [payments, deliveryEvents]) {
      if (this.dice.roll() >= POISON_SHARE) continue;
      const value = Buffer.from(JSON.stringify({ event_id: order.order_uid }));
      this.waiting.push({ topic, message: poisonMessage(value) });
    }
  }

  private wait(topic: string, key: string, value: object): void {
    const waiting = { topic, message: { key, value: JSON.stringify(value) } };
    this.waiting.push(waiting);
    if (this.dice.roll() < REPEATED_SHARE) this.waiting.push({ ...waiting });
  }

  private async call(): Promise<void> {
    while (this.open) {
      await this.live(this.next());
      await pause(BETWEEN_LIVES_MS);
    }
  }

  /** One thing after the other, and the order anywhere among them. */
  private async live({ order, payments, parcelNews, isCancelled }: Life): Promise<void> {
    const events = [
      ...payments.map((payment) => () => this.pay(payment)),
      ...parcelNews.map((news) => () => this.tell(news)),
    ];
    const steps = events.sort(() => this.dice.roll() - 0.5);
    steps.splice(this.dice.below(steps.length + 1), 0, () => this.orders.deliver(order));
    for (const step of steps) await step();
    if (isCancelled) await this.cancel(order.order_uid);
  }

  private async pay(payment: Payment): Promise<void> {
    await this.callOnceOrTwice('/api/payments/events', payment);
    this.payments.push(payment);
  }

  private async tell(news: ParcelNews): Promise<void> {
    await this.callOnceOrTwice('/api/tracking/events', news);
    this.parcelNews.push(news);
  }

  private async cancel(orderUid: string): Promise<void> {
    const path = `/api/orders/${orderUid}/cancel`;
    await this.caller.untilAccepted({ path, body: '{"reason":"no more"}', key: `${orderUid}-cancel` });
    this.cancelled.add(orderUid);
  }

  private async callOnceOrTwice(path: string, event: object): Promise<void> {
    const body = JSON.stringify(event);
    await this.caller.untilAccepted({ path, body });
    if (this.dice.roll() < REPEATED_SHARE) await this.caller.untilAccepted({ path, body });
  }
}
