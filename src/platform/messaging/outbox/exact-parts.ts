import {
  type EventHeader,
  type EventHeaders,
  headersFromJson,
  headersFromMap,
  type HeaderJson,
} from '../event-headers.js';
import type { OutboxMessage } from '../outgoing-message.js';

/**
 * The parts of a replayed message that the outbox's text columns cannot hold byte for byte, in base64. A row has them only
 * where it needs them.
 */
export interface ExactParts {
  /** `null` is no key. */
  readonly key: string | null;
  /** For a relay of the version before, and of letters that it kept: each name once, and in no order. */
  readonly headers: Readonly<Record<string, string>>;
  /** All headers, beside those of the row, which win. Not there in rows of the version before. */
  readonly header_list?: readonly HeaderJson[] | null;
  /** The value is null: the column of the payload has an empty one. */
  readonly is_tombstone: boolean;
}

export function withExactParts(message: OutboxMessage, exact: ExactParts): OutboxMessage {
  return {
    ...message,
    key: exact.key === null ? null : Buffer.from(exact.key, 'base64'),
    originalHeaders: headersIn(exact).filter(({ name }) => !isNamedIn(message.headers, name)),
    value: exact.is_tombstone ? null : message.value,
  };
}

function headersIn({ header_list: list, headers }: ExactParts): EventHeaders {
  return list === undefined || list === null ? headersFromMap(headers) : headersFromJson(list);
}

function isNamedIn(headers: OutboxMessage['headers'], name: EventHeader['name']): boolean {
  return typeof name === 'string' && Object.hasOwn(headers, name);
}
