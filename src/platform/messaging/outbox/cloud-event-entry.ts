import { type CloudEvent, cloudEventHeaders } from '../cloud-events.js';
import type { OutboxEntry } from './outbox.js';

/** A CloudEvent about an order, or whatever its context keys events by, on its way to a topic. */
export interface CloudEventMessage extends CloudEvent {
  /** Deployed name of the topic. */
  readonly topic: string;
  /** Kind of thing that its subject is, such as `order`. */
  readonly aggregateType: string;
  /** JSON. */
  readonly payload: string | Buffer;
}

/** The outbox's row of a CloudEvent in Kafka's binary content mode; its subject is the message's key. */
export function cloudEventEntry({ topic, aggregateType, payload, ...event }: CloudEventMessage): OutboxEntry {
  const { type, subject } = event;
  return { topic, aggregateType, aggregateId: subject, type, headers: cloudEventHeaders(event), payload };
}
