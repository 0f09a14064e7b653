import { type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from './dice.js';
import { poison, shopOrder, unlovedOrder } from './shop.js';
import { POISON_HEADER } from './sources.js';

const BETWEEN_SENDS_MS = 50;
const MESSAGES_A_SEND = 15;
const KNOWN_SHARE = 0.15;
const REPEATED_SHARE = 0.08;
const POISON_SHARE = 0.03;
const UNLOVED_SHARE = 0.002;
/** Of how many orders new versions come. */
const REMEMBERED = 300;

/** A shop's system that produces order events: new ones, new versions, the same twice, and now and then rubbish. */
export class KafkaShop {
  /** What the broker has acknowledged. */
  acknowledged = 0;
  private readonly revisions = new Map<string, number>();
  private producer: Producer | undefined;
  private sending: Promise<void> = Promise.resolve();
  private open = false;
  private count = 0;

  constructor(
    private readonly name: string,
    private readonly kafka: Kafka,
    private readonly topic: string,
    private readonly dice: Dice,
  ) {}

  someOrder(): string | undefined {
    return this.revisions.size === 0 ? undefined : this.dice.pick([...this.revisions.keys()]);
  }

  start(): void {
    this.open = true;
    this.sending = this.sendAll();
  }

  async finish(): Promise<void> {
    this.open = false;
    await this.sending;
  }

  async close(): Promise<void> {
    await this.finish();
    await this.producer?.disconnect().catch(() => undefined);
  }

  /** Sends until it is acknowledged: what is sent twice on the way stands in the topic twice. */
  async send(messages: Message[]): Promise<void> {
    for (;;) {
      try {
        this.producer ??= await this.connect();
        await this.producer.send({ topic: this.topic, acks: -1, messages });
        this.acknowledged += messages.length;
        return;
      } catch {
        const producer = this.producer;
        this.producer = undefined;
        await producer?.disconnect().catch(() => undefined);
        await pause(BETWEEN_SENDS_MS);
      }
    }
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: 3 },
    });
    await producer.connect();
    return producer;
  }

  private async sendAll(): Promise<void> {
    while (this.open) {
      const messages: Message[] = [];
      while (messages.length < MESSAGES_A_SEND) messages.push(...this.nextMessages());
      await this.send(messages);
      await pause(BETWEEN_SENDS_MS);
    }
  }

  private nextMessages(): Message[] {
    const roll = this.dice.roll();
    if (roll < POISON_SHARE) return [poisonMessage(poison(++this.count))];
    if (roll < POISON_SHARE + UNLOVED_SHARE) {
      return [
        poisonMessage(Buffer.from(JSON.stringify(unlovedOrder(`${this.name}-unloved-${++this.count}`)))),
      ];
    }
    const known = this.dice.roll() < KNOWN_SHARE ? this.someOrder() : undefined;
    const orderUid = known ?? `${this.name}-k-${++this.count}`;
    const revision = (this.revisions.get(orderUid) ?? 0) + 1;
    this.revisions.set(orderUid, revision);
    if (this.revisions.size > REMEMBERED) this.revisions.delete(this.revisions.keys().next().value!);
    const message = { key: orderUid, value: JSON.stringify(shopOrder(orderUid, revision)) };
    return this.dice.roll() < REPEATED_SHARE ? [message, message] : [message];
  }
}

/** No order, and marked so for the suite: it must end as a dead letter. */
export function poisonMessage(value: Buffer): Message {
  return { value, headers: { [POISON_HEADER]: 'yes' } };
}
