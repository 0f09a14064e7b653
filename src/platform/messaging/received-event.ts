import type { EventHeaders } from './event-headers.js';

/** An event as a transport got it: raw bytes and where they came from. Nothing has been decoded. */
export interface ReceivedEvent {
  /** The context that it is handed to. Of one that it refuses, the letter is that context's. */
  readonly context: string;
  readonly topic: string;
  readonly partition: number;
  /** Position in its partition; grows from event to event. */
  readonly offset: number;
  /** When the event was produced, in milliseconds since the Unix epoch. */
  readonly timestampMs: number;
  /** What `timestampMs` is near to, where a number cannot hold it: a sender may put any 64 bits there. */
  readonly exactTimestamp?: bigint;
  readonly key: Buffer | null;
  /** `null` is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: EventHeaders;
}

/** An event that is refused for good, and what is to be said of it in the dead letters. */
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
 * Resolving means that each event is done: stored, or in the dead letters, and committed. Throwing means that
 * nothing of the batch was written; the transport then waits and tries again, or takes the batch apart, as
 * the failure's kind asks for.
 */
export type BatchHandler = (events: readonly ReceivedEvent[]) => Promise<void>;
