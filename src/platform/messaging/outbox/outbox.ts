import { Injectable } from '@nestjs/common';
import { BatchTable, BYTEA, column, JSONB, TEXT } from '../../database/batch-table.js';
import type { Transaction } from '../../database/database.js';
import { prepared } from '../../database/prepared-statements.js';

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
}

const OUTBOX = new BatchTable<OutboxEntry>('outbox', [
  column('aggregatetype', TEXT, (entry) => entry.aggregateType),
  column('aggregateid', TEXT, (entry) => entry.aggregateId),
  column('type', TEXT, (entry) => entry.type),
  column('topic', TEXT, (entry) => entry.topic),
  column('headers', JSONB, (entry) => JSON.stringify(entry.headers)),
  column('payload', BYTEA, (entry) => entry.payload),
]);

const COLUMNS = OUTBOX.columnNames.join(', ');
/** PostgreSQL delivers this at the commit, once a transaction, however often it is said. */
const WAKE_RELAY = `SELECT pg_notify('${OUTBOX_CHANNEL}', '')`;
const APPEND = prepared(`
  WITH appended AS (
    INSERT INTO outbox (${COLUMNS}) SELECT ${COLUMNS} FROM ${OUTBOX.unnested('e')} ORDER BY e.place
  )
  ${WAKE_RELAY}`);

/** The way out: what is appended here leaves if, and only if, the transaction is committed. */
@Injectable()
export class Outbox {
  /** Appends messages; those about one thing are sent in the order they are appended in. */
  async append(tx: Transaction, entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await tx.query(APPEND, OUTBOX.arraysOf(entries));
  }
}

/** Wakes the relay once the transaction is committed; for who has put rows into the outbox by SQL. */
export async function wakeRelay(tx: Transaction): Promise<void> {
  await tx.query(WAKE_RELAY);
}
