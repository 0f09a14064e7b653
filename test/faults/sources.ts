import type { Findings } from './findings.js';
import type { ShopOrder } from './shop.js';
import type { TopicRecord } from './topic-reader.js';

/** Set by the suite on what it produces that is to become a dead letter. */
export const POISON_HEADER = 'suite_poison';

/** What was sent and accepted, by the records of those who sent it. */
export interface Sources {
  /** All that stands in the topic of order events. */
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

export function originOf({ partition, offset }: { partition: number; offset: number }): string {
  return `${partition}/${offset}`;
}

/** The same content again makes no version. */
export function expectedOf(sources: Sources, findings: Findings): Expected {
  const orders = new Map<string, ShopOrder[]>();
  const deadLetters = new Map<string, Buffer | null>();
  const lastTexts = new Map<string, string>();
  for (const record of sources.records) {
    if (POISON_HEADER in record.headers) {
      deadLetters.set(originOf(record), record.value);
      continue;
    }
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
