import type { OutboxMessage } from '../outgoing-message.js';

/**
 * What the outbox's columns of text cannot hold of a message that has to go out to the byte. Bytes stand in base64,
 * and a row has these parts only where it needs them.
 */
export interface ExactParts {
  /** `null` is no key. */
  readonly key: string | null;
  /** Beside those of the row, which win. */
  readonly headers: Readonly<Record<string, string>>;
  /** The value is null: the column of the payload has an empty one. */
  readonly is_tombstone: boolean;
}

export function withExactParts(message: OutboxMessage, exact: ExactParts): OutboxMessage {
  const headers = Object.entries(exact.headers).map(([name, bytes]) => [name, Buffer.from(bytes, 'base64')]);
  return {
    ...message,
    key: exact.key === null ? null : Buffer.from(exact.key, 'base64'),
    headers: { ...(Object.fromEntries(headers) as Record<string, Buffer>), ...message.headers },
    value: exact.is_tombstone ? null : message.value,
  };
}
