import type { OrderStates } from './order-states.js';

/** An order as an export has it. */
export interface ExportedOrder {
  readonly orderUid: string;
  readonly version: number;
  readonly states: OrderStates;
  /** When the first version came, and the last; RFC 3339 in UTC to the microsecond. */
  readonly receivedAt: string;
  readonly updatedAt: string;
  /** Canonical JSON. */
  readonly text: string;
}
