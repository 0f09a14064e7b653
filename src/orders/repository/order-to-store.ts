import type { SourcePosition } from '../../platform/messaging/source-position.js';
import type { OrderContent } from './order-content.js';

export interface OrderToStore {
  readonly content: OrderContent;
  readonly totalsMatch: boolean;
  /** Microseconds since the Unix epoch; lists are sorted by it. */
  readonly receivedAtUs: number;
  /** Undefined for an order that came over HTTP. */
  readonly source?: SourcePosition;
  /** Whether it may replace the stored order. When given, the order is only ever replaced, never inserted. */
  readonly mayReplace?: (held: OrderRevision) => boolean;
}

/** What tells one version of an order from every other. */
export interface OrderRevision {
  readonly version: number;
  readonly hash: string;
}
