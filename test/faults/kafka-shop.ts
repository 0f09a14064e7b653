import type { Message } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from './dice.js';
import type { KafkaSender } from './kafka-sender.js';
import { poison, shopOrder, unlovedOrder } from './shop.js';
import { POISON_HEADER } from './sources.js';

const BETWEEN_SENDS_MS = 50;
const KNOWN_SHARE = 0.15;
const REPEATED_SHARE = 0.08;
const POISON_SHARE = 0.03;
const UNLOVED_SHARE = 0.002;
/** Of how many orders new versions come. */
const REMEMBERED = 300;

/** A shop's system that produces order events: new ones, new versions, the same twice, and now and then rubbish. */
export class KafkaShop {
  /** Orders and new versions of them that were sent, or are about to be. */
  begun = 0;
  private readonly revisions = new Map<string, number>();
  private sending: Promise<void> = Promise.resolve();
  private open = false;
  private count = 0;

  constructor(
    private readonly name: string,
    private readonly sender: KafkaSender,
    private readonly topic: string,
    private readonly dice: Dice,
  ) {}

  someOrder(): string | undefined {
    return this.revisions.size === 0 ? undefined : this.dice.pick([...this.revisions.keys()]);
  }

  start(messagesASend: number): void {
    this.open = true;
    this.sending = this.sendAll(messagesASend);
  }

  async finish(): Promise<void> {
    this.open = false;
    await this.sending;
  }

  /** Sends until it is acknowledged. */
  send(messages: Message[]): Promise<void> {
    return this.sender.send(this.topic, messages);
  }

  private async sendAll(messagesASend: number): Promise<void> {
    // However short the time, there is something to be refused.
    await this.send([this.rubbish()]);
    while (this.open) {
      const messages: Message[] = [];
      while (messages.length < messagesASend) messages.push(...this.nextMessages());
      await this.send(messages);
      await pause(BETWEEN_SENDS_MS);
    }
  }

  private rubbish(): Message {
    return poisonMessage(poison(++this.count));
  }

  private nextMessages(): Message[] {
    const roll = this.dice.roll();
    if (roll < POISON_SHARE) return [this.rubbish()];
    if (roll < POISON_SHARE + UNLOVED_SHARE) {
      return [
        poisonMessage(Buffer.from(JSON.stringify(unlovedOrder(`${this.name}-unloved-${++this.count}`)))),
      ];
    }
    const known = this.dice.roll() < KNOWN_SHARE ? this.someOrder() : undefined;
    const orderUid = known ?? `${this.name}-k-${++this.count}`;
    const revision = (this.revisions.get(orderUid) ?? 0) + 1;
    this.revisions.set(orderUid, revision);
    this.begun++;
    if (this.revisions.size > REMEMBERED) this.revisions.delete(this.revisions.keys().next().value!);
    const message = { key: orderUid, value: JSON.stringify(shopOrder(orderUid, revision)) };
    return this.dice.roll() < REPEATED_SHARE ? [message, message] : [message];
  }
}

/** No order, and marked so for the suite: it must end as a dead letter. */
export function poisonMessage(value: Buffer): Message {
  return { value, headers: { [POISON_HEADER]: 'yes' } };
}
