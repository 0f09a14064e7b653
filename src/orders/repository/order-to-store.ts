import type { SourcePosition } from '../../platform/messaging/source-position.js';
import type { OrderContent } from './order-content.js';

export interface OrderToStore {
  readonly content: OrderContent;
  readonly totalsMatch: boolean;
  /** Microseconds since the Unix epoch; lists are sorted by it. */
  readonly receivedAtUs: number;
  /** Not there for an order that came over HTTP. */
  readonly source?: SourcePosition;
  /** Whether it may take the place of what is there. With it, an order is never stored anew. */
  readonly mayReplace?: (held: OrderRevision) => boolean;
}

/** What tells one version of an order from every other. */
export interface OrderRevision {
  readonly version: number;
  readonly hash: string;
}
