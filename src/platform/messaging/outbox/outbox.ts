import { Injectable } from '@nestjs/common';
import { BatchTable, BYTEA, type Column, column, JSONB, TEXT } from '../../database/batch-table.js';
import type { Transaction } from '../../database/database.js';
import { prepared } from '../../database/prepared-statements.js';
import type { OutboxMessage } from '../outgoing-message.js';
import type { ExactParts } from './exact-parts.js';
import { RecentMessages } from './recent-messages.js';

/** PostgreSQL's channel on which a commit that left messages is announced. */
export const OUTBOX_CHANNEL = 'waybill_outbox';

/** A message to be sent once the transaction that it is appended in has been committed. */
export interface OutboxEntry {
  /** Deployed name of the topic. */
  readonly topic: string;
  /** Kind of thing that the message is about, such as `order`. */
  readonly aggregateType: string;
  /** Which one; becomes the message's key. */
  readonly aggregateId: string;
  /** What happened, such as `order.received`. */
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes are sent as they are, a text as UTF-8. */
  readonly payload: string | Buffer;
  /** Whether no value is sent at all, in place of an empty payload. */
  readonly isTombstone?: boolean;
}

const COLUMNS_OF_ALL: readonly Column<OutboxEntry>[] = [
  column('aggregatetype', TEXT, (entry) => entry.aggregateType),
  column('aggregateid', TEXT, (entry) => entry.aggregateId),
  column('type', TEXT, (entry) => entry.type),
  column('topic', TEXT, (entry) => entry.topic),
  column('headers', JSONB, (entry) => JSON.stringify(entry.headers)),
  column('payload', BYTEA, (entry) => entry.payload),
];
const OUTBOX = new BatchTable('outbox', COLUMNS_OF_ALL);
/** Of entries among which there are tombstones. */
const WITH_TOMBSTONES = new BatchTable('outbox', [
  ...COLUMNS_OF_ALL,
  column('exact', JSONB, (entry: OutboxEntry) => (entry.isTombstone ? exactTombstone(entry) : undefined)),
]);

function exactTombstone({ aggregateId }: OutboxEntry): string {
  const exact: ExactParts = {
    key: Buffer.from(aggregateId).toString('base64'),
    headers: {},
    is_tombstone: true,
  };
  return JSON.stringify(exact);
}

/** All ids in one value, so that the client has no row to parse for each. */
export const IDS = `string_agg(id::text, ',' ORDER BY id)`;
/** PostgreSQL delivers this at the commit, once a transaction, however often it is said. */
const WAKE_RELAY = `SELECT pg_notify('${OUTBOX_CHANNEL}', '')`;

function appendTo(table: BatchTable<OutboxEntry>): string {
  const columns = table.columnNames.join(', ');
  return `
  WITH appended AS (
    INSERT INTO outbox (${columns}) SELECT ${columns} FROM ${table.unnested('e')} ORDER BY e.place
    RETURNING id
  )
  ${WAKE_RELAY}, (SELECT ${IDS} FROM appended) AS ids`;
}

const APPEND = prepared(appendTo(OUTBOX));
const APPEND_WITH_TOMBSTONES = appendTo(WITH_TOMBSTONES);

/** The transactional outbox: a message appended here is published if, and only if, the transaction commits. */
@Injectable()
export class Outbox {
  constructor(private readonly recent: RecentMessages) {}

  /** Appends messages; those about one thing are sent in the order they are appended in. */
  async append(tx: Transaction, entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const createdAtMs = Date.now();
    const [appended]: { ids: string }[] = entries.some(({ isTombstone }) => isTombstone)
      ? await tx.query(APPEND_WITH_TOMBSTONES, WITH_TOMBSTONES.arraysOf(entries))
      : await tx.query(APPEND, OUTBOX.arraysOf(entries));
    for (const [index, id] of idsFrom(appended!.ids).entries()) {
      const { topic, aggregateId: key, headers, payload, isTombstone } = entries[index]!;
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
      const value = isTombstone ? null : bytes;
      this.recent.remember({ id, topic, key, headers, value, createdAtMs });
    }
  }
}

/** @param ids as {@link IDS} has them; `null` when there are none */
export function idsFrom(ids: string | null): number[] {
  return ids === null ? [] : ids.split(',').map(Number);
}

/**
 * Deleting exactly what was read, rather than all up to the last id, cannot miss a row whose transaction was committed
 * late. The order of ids is the order per key: writers of one order wait for each other before they append.
 */
const DELETE_READ = prepared('DELETE FROM outbox WHERE id = ANY ($1::bigint[])');

export async function deleteRead(tx: Transaction, messages: readonly OutboxMessage[]): Promise<void> {
  if (messages.length > 0) await tx.query(DELETE_READ, [messages.map(({ id }) => id)]);
}

/** Wakes the relay once the transaction commits; for code that inserts into the outbox by SQL. */
export async function wakeRelay(tx: Transaction): Promise<void> {
  await tx.query(WAKE_RELAY);
}
