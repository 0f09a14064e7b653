import { isUtf8 } from 'node:buffer';
import type { DeadLetterState } from './dead-letter.entity.js';

/** Bytes as JSON can hold them: as text where they are UTF-8, else in base64. */
export type BytesView = { readonly text: string } | { readonly base64: string };

/** A letter as lists show it. Times become RFC 3339 texts as they become JSON. */
export interface DeadLetterSummary {
  readonly id: number;
  readonly state: DeadLetterState;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** When the event was produced. */
  readonly event_time: Date;
  readonly key: BytesView | null;
  /** `null` is a tombstone. */
  readonly value_bytes: number | null;
  /** Of the newest failure. */
  readonly reason: string;
  /** Tries of all deliveries together. */
  readonly attempts: number;
  readonly replays: number;
  /** When it was refused first. */
  readonly refused_at: Date;
  readonly replayed_at: Date | null;
}

/** One delivery that failed: the letter's own, or that of a replay. */
export interface FailedDelivery {
  readonly partition: number;
  readonly offset: number;
  readonly event_time: Date;
  readonly reason: string;
  readonly attempts: number;
  readonly failed_at: Date;
}

/** A letter with all that is known of it. */
export interface DeadLetterDetails extends DeadLetterSummary {
  readonly headers: Readonly<Record<string, BytesView>>;
  readonly value: BytesView | null;
  /** Oldest first. */
  readonly failures: readonly FailedDelivery[];
}

export type SummaryRow = Omit<DeadLetterSummary, 'key'> & { readonly key: Buffer | null };

export type DetailsRow = SummaryRow & {
  readonly value: Buffer | null;
  /** Values in base64. */
  readonly headers: Readonly<Record<string, string>>;
};

export function summaryOf(row: SummaryRow): DeadLetterSummary {
  return { ...row, key: bytesView(row.key) };
}

export function detailsOf(row: DetailsRow, failures: readonly FailedDelivery[]): DeadLetterDetails {
  const headers = Object.entries(row.headers).map(
    ([name, base64]) => [name, viewOf(Buffer.from(base64, 'base64'))] as const,
  );
  return {
    ...row,
    key: bytesView(row.key),
    headers: Object.fromEntries(headers),
    value: bytesView(row.value),
    failures,
  };
}

function bytesView(bytes: Buffer | null): BytesView | null {
  return bytes && viewOf(bytes);
}

function viewOf(bytes: Buffer): BytesView {
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') };
}
