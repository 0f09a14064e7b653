import type { PaymentStatus } from './payment-state.js';

/** What can be due of an order. */
export const DUES = ['refund', 'void'] as const;
export type Due = (typeof DUES)[number];

/** Which orders a list is of. All that are given have to hold. */
export interface PaymentFilter {
  /** Any of them. */
  readonly statuses?: readonly PaymentStatus[] | undefined;
  /** Any of them, in any currency. */
  readonly dues?: readonly Due[] | undefined;
  /** Whether their payments wait for them. */
  readonly waiting?: boolean | undefined;
}
