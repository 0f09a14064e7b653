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
  /** Headers of extension attributes (CloudEvents 1.0.2, section 3.2). */
  readonly extensions?: Readonly<Record<string, string>>;
}

/** The outbox's row of a CloudEvent in Kafka's binary content mode; its subject is the message's key. */
export function cloudEventEntry(message: CloudEventMessage): OutboxEntry {
  const { topic, aggregateType, payload, type, subject, extensions } = message;
  const headers = Object.assign(cloudEventHeaders(message), extensions);
  return { topic, aggregateType, aggregateId: subject, type, headers, payload };
}
