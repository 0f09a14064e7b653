import type { ReceivedEvent, RefusedEvent } from '../../src/platform/messaging/received-event.js';

let serial = 0;

/** An event that no other test has, with fields of its own as given. */
export function receivedEvent(fields: Partial<ReceivedEvent> = {}): ReceivedEvent {
  return {
    context: 'orders',
    topic: 'shop.orders',
    partition: 2,
    offset: ++serial,
    timestampMs: 1_763_722_949_123,
    key: Buffer.from('a-key'),
    value: Buffer.from('a value'),
    headers: [],
    ...fields,
  };
}

export function refusal(event: ReceivedEvent, reason = 'must be JSON', attempts = 3): RefusedEvent {
  return { event, reason, attempts };
}
