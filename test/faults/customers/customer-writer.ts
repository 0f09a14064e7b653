import { setTimeout as pause } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import type { Dice } from '../dice.js';
import type { KafkaSender } from '../kafka-sender.js';
import type { Change, CustomerBook } from './customer-book.js';

const FILLED_AT_ONCE = 2_000;
const CHANGES_A_SEND = 20;
const BETWEEN_SENDS_MS = 40;
const DELETE_SHARE = 0.2;

export interface CustomerWriterOptions {
  readonly sender: KafkaSender;
  readonly topic: string;
  readonly book: CustomerBook;
  readonly dice: Dice;
  readonly messageOf: (change: Change) => Message;
}

/** Writes customers to the topic, as another program would, and notes in the book what was acknowledged and when. */
export class CustomerWriter {
  changes = 0;
  private writing: Promise<void> | undefined;
  private open = false;

  constructor(private readonly options: CustomerWriterOptions) {}

  /** Makes so many more customers. */
  async fill(count: number): Promise<void> {
    const { book } = this.options;
    const first = book.size;
    for (let made = 0; made < count; made += FILLED_AT_ONCE) {
      await this.write(
        Array.from({ length: Math.min(FILLED_AT_ONCE, count - made) }, (_, index) =>
          book.change(`customer-${String(first + made + index).padStart(7, '0')}`),
        ),
      );
    }
  }

  /** Resolves once the changes are acknowledged. */
  async write(changes: readonly Change[]): Promise<void> {
    const { sender, topic, messageOf } = this.options;
    await sender.send(topic, changes.map(messageOf));
    const atMs = performance.now();
    for (const { acknowledged } of changes) acknowledged(atMs);
    this.changes += changes.length;
  }

  /** Changes, deletes and makes customers again all the time, some hundred a second, until `rest`. */
  start(): void {
    this.open = true;
    this.writing = this.writeOn();
  }

  /** Resolves once what is under way is acknowledged. */
  async rest(): Promise<void> {
    this.open = false;
    await this.writing;
  }

  private async writeOn(): Promise<void> {
    while (this.open) {
      await this.write(this.someChanges());
      await pause(BETWEEN_SENDS_MS);
    }
  }

  private someChanges(): Change[] {
    const { book, dice } = this.options;
    const ids = new Set(
      Array.from({ length: CHANGES_A_SEND }, () =>
        dice.roll() < 0.8 ? book.pickLively(dice) : dice.pick(book.all()),
      ),
    );
    return [...ids].map((id) =>
      book.isPresent(id) && dice.roll() < DELETE_SHARE ? book.remove(id) : book.change(id),
    );
  }
}
