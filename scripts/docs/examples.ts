import { describeFaults } from '../../src/platform/validation/field-fault.js';
import { decodeOrder } from '../../src/orders/model/order.codec.js';
import type { Database, Transaction } from '../../src/platform/database/database.js';
import type { DeadLetterCapacity } from '../../src/platform/dead-letters/dead-letter-capacity.js';
import { DeadLetters } from '../../src/platform/dead-letters/dead-letters.js';
import type { MessageExample } from '../../src/platform/messaging/event-facts.js';
import type { MessagingMetrics } from '../../src/platform/messaging/messaging.metrics.js';
import type { Outbox, OutboxEntry } from '../../src/platform/messaging/outbox/outbox.js';
import { Topics } from '../../src/platform/messaging/topics.js';

/** Documents must not change with the clock. */
const MOMENT = '2021-11-26T06:22:20.000Z';

const topics = new Topics([]);

/** All that the work appends to the outbox, as the code that appends it makes it. */
export async function allAppended(work: (outbox: Outbox) => Promise<void>): Promise<OutboxEntry[]> {
  const entries: OutboxEntry[] = [];
  const outbox = {
    append: (_tx: unknown, more: readonly OutboxEntry[]) => {
      entries.push(...more);
      return Promise.resolve();
    },
  };
  // A real one has private parts and needs a database; to be appended to is all that it is asked.
  await work(outbox as unknown as Outbox);
  return entries;
}

/** The one entry that the work appends. */
async function appended(work: (outbox: Outbox) => Promise<void>): Promise<OutboxEntry> {
  const [entry] = await allAppended(work);
  if (entry === undefined) throw new Error('nothing was appended to the outbox');
  return entry;
}

/** The dead letter that an event which is no JSON leads to. */
export async function deadLetterExample(): Promise<MessageExample> {
  const value = Buffer.from('not an order');
  const origin = { context: 'orders', topic: 'orders', partition: 3, offset: 1_042 };
  const event = { ...origin, timestampMs: Date.parse(MOMENT), key: null, value, headers: [] };
  const verdict = decodeOrder(value, { totals: 'warn', unknownFields: 'ignore' });
  const reason = verdict.valid ? '' : describeFaults(verdict.faults);
  const kept = { ...origin, offset: String(origin.offset), event_timestamp: String(event.timestampMs) };
  const tx = { query: () => Promise.resolve([kept]) } as unknown as Transaction;
  const capacity = { require: () => Promise.resolve() } as unknown as DeadLetterCapacity;
  const metrics = { deadLetters: { inc: () => undefined } } as unknown as MessagingMetrics;
  const entry = await appended((outbox) =>
    new DeadLetters(outbox, topics, metrics, capacity, {} as Database).append(tx, [
      { event, reason, attempts: 1 },
    ]),
  );
  return { headers: entry.headers, payload: entry.payload.toString() };
}
