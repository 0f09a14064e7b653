import type { Transaction } from '../database/database.js';
import type { ReceivedEvent, RefusedEvent } from './received-event.js';

/**
 * Header of an event that was refused and is sent again: the id that it is kept by, so that it is the same refused event
 * if it fails again.
 */
export const DEAD_LETTER_ID_HEADER = 'waybill_dead_letter_id';

/** Header of an event that was sent in the place of a refused one: the id that the refused one is kept by. */
export const EDITED_LETTER_ID_HEADER = 'waybill_edited_dead_letter_id';

/**
 * Where events go that a context refuses for good. A transport keeps none itself: a room above messaging does, and
 * is given to it by this class, as Nest's injection token.
 */
export abstract class RefusedEvents {
  /**
   * Keeps refused events, each once, in the transaction that the rest of their batch is written in.
   *
   * @throws Error that is transient when there is no room for more of them
   */
  abstract append(tx: Transaction, refused: readonly RefusedEvent[]): Promise<void>;

  /** The last resort for an event that {@link append} fails on for good: its bytes alone, as any database can hold them. */
  abstract appendPlain(tx: Transaction, refused: RefusedEvent): Promise<void>;

  /**
   * Leaves out the events that other contexts refused and that are sent again for them: this one did not refuse them, and
   * has done them.
   */
  abstract withoutReplaysForOthers(events: readonly ReceivedEvent[]): Promise<readonly ReceivedEvent[]>;
}
