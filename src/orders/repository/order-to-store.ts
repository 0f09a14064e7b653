import type { OrderContent } from './order-content.js';

/** Where in a topic an order came from. */
export interface OrderSource {
  /** `topic/partition` */
  readonly stream: string;
  readonly offset: number;
  readonly timestampMs: number;
}

export interface OrderToStore {
  readonly content: OrderContent;
  readonly totalsMatch: boolean;
  /** Microseconds since the Unix epoch; lists are sorted by it. */
  readonly receivedAtUs: number;
  /** Not there for an order that came over HTTP. */
  readonly source?: OrderSource;
  /** Whether it may take the place of what is there. With it, an order is never stored anew. */
  readonly mayReplace?: (held: OrderRevision) => boolean;
}

/** What tells one version of an order from every other. */
export interface OrderRevision {
  readonly version: number;
  readonly hash: string;
}
