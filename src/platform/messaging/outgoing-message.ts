import type { Transaction } from '../database/database.js';
import type { EventHeaders } from './event-headers.js';

/** A message on its way out, as the outbox keeps it. */
export interface OutgoingMessage {
  readonly topic: string;
  /** Messages of one key keep their order. */
  readonly key: string | Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The original headers of a replayed event, byte for byte; they precede `headers` and share no name with them. */
  readonly originalHeaders?: EventHeaders;
  /** `null` is a tombstone. */
  readonly value: Buffer | null;
}

/** A message as read from the outbox. */
export interface OutboxMessage extends OutgoingMessage {
  /** Grows with each message. */
  readonly id: number;
  /** When it was put into the outbox, in milliseconds since the Unix epoch. */
  readonly createdAtMs: number;
}

/**
 * The receiving side of the relay: Kafka, or the loopback broker.
 *
 * `publish` resolves once every message is durably with the receiver (in order per key), and throws when any
 * may not be; the relay then offers all of them again, so a receiver may get a message more than once.
 * An aborted signal makes it give up early, by throwing. What it writes in the transaction stands if, and only if, the
 * messages leave the outbox.
 */
export interface Publisher {
  /** Whether messages of several topics may be published side by side, each topic failing by itself. */
  readonly isolatesTopics?: boolean;
  /** Connects ahead of the first message, so that it does not have to wait for that. */
  prepare(): Promise<void>;
  publish(messages: readonly OutboxMessage[], signal: AbortSignal, tx: Transaction): Promise<void>;
  /** The same for messages that never were in the outbox; not there where they have to go through it. */
  publishNow?(messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export const PUBLISHER = Symbol('Publisher');
