import type { EventHeaders } from './event-headers.js';

/** An event as a transport got it: raw bytes and where they came from. Nothing has been decoded. */
export interface ReceivedEvent {
  /** The context whose handler gets the event; if it refuses the event, the dead letter belongs to that context. */
  readonly context: string;
  readonly topic: string;
  readonly partition: number;
  /** Position in its partition; grows from event to event. */
  readonly offset: number;
  /** When the event was produced, in milliseconds since the Unix epoch. */
  readonly timestampMs: number;
  /** The exact timestamp where a number cannot hold it: a sender may put any 64 bits there. */
  readonly exactTimestamp?: bigint;
  readonly key: Buffer | null;
  /** `null` is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: EventHeaders;
}

/** An event that is refused for good, with what its dead letter says of it. */
export interface RefusedEvent {
  readonly event: ReceivedEvent;
  /** One sentence, naming each faulty field. */
  readonly reason: string;
  /** How many times it was tried. */
  readonly attempts: number;
}

/**
 * What a consumer does with a batch. The events of one key stand in the order they were produced in.
 *
 * Resolving means that each event is committed, as stored data or as a dead letter. Throwing means that nothing of the
 * batch was written; depending on the kind of failure the transport then retries after a pause, or halves the batch.
 */
export type BatchHandler = (events: readonly ReceivedEvent[]) => Promise<void>;
