import { isUtf8 } from 'node:buffer';
import { headersFromJson, headersFromMap, type HeaderJson, nameBytesOf } from '../messaging/event-headers.js';
import { momentOf } from '../messaging/event-time.js';
import type { DeadLetterState } from './dead-letter.entity.js';
import { faultOf, type LetterFault } from './letter-fault.js';

/** Bytes as JSON can hold them: as text where they are UTF-8, else in base64. */
export type BytesView = { readonly text: string } | { readonly base64: string };

/** A letter as lists show it. Times are RFC 3339 texts, or become such as they become JSON. */
export interface DeadLetterSummary {
  readonly id: number;
  readonly state: DeadLetterState;
  /** Who has refused it. */
  readonly context: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** When the event was produced; null where its timestamp is no time. */
  readonly event_time: Date | null;
  /** The event's timestamp to the digit, mostly in milliseconds since the Unix epoch. */
  readonly event_timestamp: string;
  readonly key: BytesView | null;
  /** `null` is a tombstone. */
  readonly value_bytes: number | null;
  /** Of the newest failure. */
  readonly reason: string;
  /** Tries of all deliveries together. */
  readonly attempts: number;
  readonly replays: number;
  /** When it was refused first. */
  readonly refused_at: string;
  readonly replayed_at: string | null;
  /** How often something else was sent in its place. */
  readonly edits: number;
  readonly edited_at: string | null;
}

/** A header as it came. */
export interface HeaderView {
  readonly name: BytesView;
  /** `null` is no value, which is not an empty one. */
  readonly value: BytesView | null;
}

/** One delivery that failed: the letter's own, or that of a replay. */
export interface FailedDelivery {
  readonly partition: number;
  readonly offset: number;
  readonly event_time: Date | null;
  readonly event_timestamp: string;
  readonly reason: string;
  readonly attempts: number;
  readonly failed_at: string;
}

/** A letter with all that is known of it. */
export interface DeadLetterDetails extends DeadLetterSummary {
  /** The last value of each name; what has no value is empty here. */
  readonly headers: Readonly<Record<string, BytesView>>;
  /** All headers, in their order. */
  readonly header_list: readonly HeaderView[];
  readonly value: BytesView | null;
  /** The field that the newest reason is about; null where it is about none. */
  readonly fault: LetterFault | null;
  /** What was sent in its place last. */
  readonly edited_value: BytesView | null;
  /** Oldest first. */
  readonly failures: readonly FailedDelivery[];
}

export type SummaryRow = Omit<DeadLetterSummary, 'key' | 'event_time'> & { readonly key: Buffer | null };

export type DetailsRow = SummaryRow & {
  readonly value: Buffer | null;
  readonly edited_value: Buffer | null;
  /** Values in base64. */
  readonly headers: Readonly<Record<string, string>>;
  readonly header_list: readonly HeaderJson[] | null;
};

export type FailureRow = Omit<FailedDelivery, 'event_time'>;

export function summaryOf(row: SummaryRow): DeadLetterSummary {
  return { ...row, event_time: timeOf(row), key: bytesView(row.key) };
}

export function failureOf(row: FailureRow): FailedDelivery {
  return { ...row, event_time: timeOf(row) };
}

export function detailsOf(row: DetailsRow, failures: readonly FailureRow[]): DeadLetterDetails {
  const list = row.header_list === null ? headersFromMap(row.headers) : headersFromJson(row.header_list);
  const map = list.map(({ name, value }) => [name.toString(), viewOf(value ?? NOTHING)] as const);
  return {
    ...row,
    ...summaryOf(row),
    headers: Object.fromEntries(map),
    header_list: list.map(({ name, value }) => ({
      name: viewOf(nameBytesOf(name)),
      value: bytesView(value),
    })),
    value: bytesView(row.value),
    fault: faultOf(row.reason, row.value),
    edited_value: bytesView(row.edited_value),
    failures: failures.map(failureOf),
  };
}

const NOTHING = Buffer.alloc(0);

function timeOf({ event_timestamp }: Pick<FailureRow, 'event_timestamp'>): Date | null {
  return momentOf(BigInt(event_timestamp)) ?? null;
}

export function bytesView(bytes: Buffer | null): BytesView | null {
  return bytes && viewOf(bytes);
}

function viewOf(bytes: Buffer): BytesView {
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') };
}
