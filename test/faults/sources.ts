import type { Findings } from './findings.js';
import type { ShopOrder } from './shop.js';
import type { TopicRecord } from './topic-reader.js';

/** Set by the suite on what it produces that is to become a dead letter. */
export const POISON_HEADER = 'suite_poison';

/** What was sent and accepted, by the records of those who sent it. */
export interface Sources {
  /** The topic of order events, and all that stands in it. */
  readonly topic: string;
  readonly records: readonly TopicRecord[];
  /** Orders answered with 2xx over HTTP, each with its revisions in the order they were accepted in. */
  readonly accepted: ReadonlyMap<string, readonly ShopOrder[]>;
  /** Ids that `POST /api/orders/test` promised. */
  readonly promised: readonly string[];
  /** Ids of orders that were refused over HTTP and came no other way. */
  readonly refused: readonly string[];
}

/** What must be there, worked out from the sources alone. */
export interface Expected {
  /** Each order's contents, one for each version. */
  readonly orders: ReadonlyMap<string, readonly ShopOrder[]>;
  /** Bytes of each event that is no order, by its origin. */
  readonly deadLetters: ReadonlyMap<string, Buffer | null>;
}

export function originOf({
  topic,
  partition,
  offset,
}: {
  topic: string;
  partition: number;
  offset: number;
}): string {
  return `${topic}/${partition}/${offset}`;
}

const isPoison = ({ headers }: TopicRecord): boolean => POISON_HEADER in headers;

/** Bytes of the events of a topic that must become dead letters, by their origin. */
export function poisonOf(topic: string, records: readonly TopicRecord[]): [string, Buffer | null][] {
  return records
    .filter(isPoison)
    .map((record) => [originOf({ topic, partition: record.partition, offset: record.offset }), record.value]);
}

/** What was told over a topic and what was accepted over HTTP, each event once. */
export function eventsOf<Event extends { event_id: string }>(
  records: readonly TopicRecord[],
  accepted: readonly Event[],
): Map<string, Event> {
  const told = records.filter((one) => !isPoison(one)).map(({ value }) => JSON.parse(String(value)) as Event);
  return new Map([...told, ...accepted].map((event) => [event.event_id, event]));
}

/** The same content again makes no version. */
export function expectedOf(sources: Sources, findings: Findings): Expected {
  const orders = new Map<string, ShopOrder[]>();
  const deadLetters = new Map(poisonOf(sources.topic, sources.records));
  const lastTexts = new Map<string, string>();
  for (const record of sources.records) {
    if (isPoison(record)) continue;
    const text = record.value?.toString() ?? '';
    if (lastTexts.get(record.key) === text) continue;
    lastTexts.set(record.key, text);
    const revisions = orders.get(record.key);
    const order = JSON.parse(text) as ShopOrder;
    if (revisions === undefined) orders.set(record.key, [order]);
    else revisions.push(order);
  }
  for (const orderUid of sources.promised) {
    if (!orders.has(orderUid)) findings.add('lost', `${orderUid} was promised and never sent`);
  }
  for (const [orderUid, revisions] of sources.accepted) orders.set(orderUid, [...revisions]);
  return { orders, deadLetters };
}
