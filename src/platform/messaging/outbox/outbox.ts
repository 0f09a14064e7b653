import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/database.js';

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

/** One jsonb parameter for the whole list; bytes travel in base64, since they need not be text. */
const APPEND = `
  INSERT INTO outbox (aggregatetype, aggregateid, type, topic, headers, payload)
  SELECT e.aggregatetype, e.aggregateid, e.type, e.topic, e.headers,
         CASE WHEN e.bytes IS NULL THEN convert_to(e.text, 'UTF8') ELSE decode(e.bytes, 'base64') END
  FROM ROWS FROM (
         jsonb_to_recordset($1::jsonb) AS (
           aggregatetype text, aggregateid text, type text, topic text, headers jsonb, text text, bytes text)
       ) WITH ORDINALITY AS e(aggregatetype, aggregateid, type, topic, headers, text, bytes, place)
  ORDER BY e.place`;

/** The way out: what is appended here leaves if, and only if, the transaction is committed. */
@Injectable()
export class Outbox {
  /** Appends messages; those about one thing are sent in the order they are appended in. */
  async append(tx: Transaction, entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const rows = entries.map(({ aggregateType, aggregateId, type, topic, headers, payload }) => ({
      aggregatetype: aggregateType,
      aggregateid: aggregateId,
      type,
      topic,
      headers,
      ...(typeof payload === 'string' ? { text: payload } : { bytes: payload.toString('base64') }),
    }));
    await tx.query(APPEND, [JSON.stringify(rows)]);
    await wakeRelay(tx);
  }
}

/** Wakes the relay once the transaction is committed; for who has put rows into the outbox by SQL. */
export async function wakeRelay(tx: Transaction): Promise<void> {
  // PostgreSQL delivers this at the commit, once a transaction, however often it is said.
  await tx.query(`SELECT pg_notify('${OUTBOX_CHANNEL}', '')`);
}
