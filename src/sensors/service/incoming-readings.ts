import type { RefusedEvent } from '../../platform/messaging/received-event.js';
import type { Tombstone } from '../repository/reading-removal.repository.js';
import type { ReadingOfEvent } from '../repository/reading.sql.js';

/** A valid reading of an event. */
export interface IncomingReading extends ReadingOfEvent {
  /** Where the event says that it is the copy of a reading that is stored already. */
  readonly readingId?: number;
}

/** What a batch of events has come to. */
export interface IncomingReadings {
  /** In the batch's order, without those that a tombstone behind them has made void. */
  readonly readings: readonly IncomingReading[];
  /** One of each sensor of which all that stands before it goes. */
  readonly tombstones: readonly Tombstone[];
  readonly refused: readonly RefusedEvent[];
}
