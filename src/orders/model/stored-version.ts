import type { OrderChangeName } from './order-states.js';

/** Who has made a version of an order. */
export const HISTORY_SOURCES = ['api', 'orders', 'payments', 'tracking', 'inventory'] as const;
export type HistorySource = (typeof HISTORY_SOURCES)[number];

/** A version of an order, as its history tells it. */
export interface StoredVersion {
  readonly version: number;
  readonly change: OrderChangeName;
  readonly from: string | null;
  readonly to: string | null;
  /** RFC 3339 in UTC to the microsecond. */
  readonly at: string;
  readonly source: HistorySource;
  /** Who has asked for it, as they call themselves. */
  readonly by: string | null;
  readonly reason: string | null;
  /** Id of the event that caused it. */
  readonly cause: string | null;
}
