import type { LifeEvent } from '../orders/producer/lives/life-plan.js';
import type { DueEvent } from './life-queue.js';

/** What became of an event. */
export interface Outcome {
  /** Whether it was taken, or refused as it had to be. */
  readonly isAsExpected: boolean;
  /** Of the answer, where there was one. */
  readonly status?: number;
  /** What is wrong, for people. */
  readonly fault?: string;
}

/** The way that the events of lives take. */
export interface Sender {
  /** @throws what keeps it from sending at all */
  open(): Promise<void>;
  /**
   * Sends events, and tells of each what became of it, once. Resolves as soon as it may be given more.
   *
   * @throws AbortError when the signal is aborted; what is under way then is told of no more
   */
  send(
    due: readonly DueEvent[],
    done: (due: DueEvent, outcome: Outcome) => void,
    signal: AbortSignal,
  ): Promise<void>;
  close(): Promise<void>;
}

/** How long the same event is sent again while whoever is to take it is away. */
export const RETRY_FOR_MS = 60_000;

/** What is counted, by the name of what takes it and by what it says: `payments captured`. */
export function kindOf(event: LifeEvent): string {
  switch (event.to) {
    case 'orders':
      return 'orders';
    case 'payments':
      return `payments ${event.payment.type}`;
    case 'delivery-events':
      return `parcels ${event.carrierEvent.type}`;
    case 'status':
      return `requests ${event.status}`;
  }
}
