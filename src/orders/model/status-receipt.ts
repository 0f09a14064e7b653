import type { OrderStates } from './order-states.js';

/** What became of a status that an order was asked to have. */
export type StatusReceipt =
  | {
      readonly outcome: 'absent';
      readonly orderUid: string;
    }
  | {
      /**
       * - `moved`: it has the status now, and the version is one higher
       * - `held`: it had the status
       * - `refused`: the status does not follow on the one that it has
       * - `mismatched`: it has another ETag than was asked for
       */
      readonly outcome: 'moved' | 'held' | 'refused' | 'mismatched';
      readonly orderUid: string;
      /** The version, the states and the ETag that the order has now. */
      readonly version: number;
      readonly states: OrderStates;
      readonly etag: string;
    };
