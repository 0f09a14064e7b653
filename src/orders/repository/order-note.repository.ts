import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { MAX_NOTES, type NoteReceipt, type OrderNote } from '../model/order-note.js';
import { momentTextOf } from './order-time.js';

/** A note to be kept. */
export interface NewNote {
  readonly orderUid: string;
  readonly text: string;
  readonly author: string;
}

const NOTE = `number AS id, text, author, ${momentTextOf('created_at')} AS created_at`;

/** Any number that no other advisory locks are taken under; the second is that of the order. */
const NOTES_LOCK = 0x5a11;
/** Notes of one order are numbered one after the other. The order's own row is left to those who move it along. */
const HOLD_NOTES = `SELECT pg_advisory_xact_lock(${NOTES_LOCK}, hashtext($1))`;

const IS_THERE = 'SELECT FROM orders WHERE order_uid = $1';

const KEEP = `
  INSERT INTO orders_notes (order_uid, number, text, author)
  SELECT $1, last.number + 1, $2, $3
  FROM (SELECT coalesce(max(number), 0) AS number FROM orders_notes WHERE order_uid = $1) AS last
  WHERE last.number < $4
  RETURNING ${NOTE}`;

const READ = `
  SELECT ${NOTE} FROM orders_notes WHERE order_uid = $1 AND number < $2 ORDER BY number DESC LIMIT $3`;

/** Notes of orders. They are none of an order's content, and stay when it is replaced. */
@Injectable()
export class OrderNoteRepository {
  constructor(private readonly database: Database) {}

  async keep(tx: Transaction, { orderUid, text, author }: NewNote): Promise<NoteReceipt> {
    const there: object[] = await tx.query(IS_THERE, [orderUid]);
    if (there.length === 0) return { outcome: 'absent' };
    await tx.query(HOLD_NOTES, [orderUid]);
    const [note]: OrderNote[] = await tx.query(KEEP, [orderUid, text, author, MAX_NOTES]);
    return note === undefined ? { outcome: 'full' } : { outcome: 'kept', note };
  }

  /** The first `limit` notes below an id, newest first; undefined where there is no such order. */
  async page(orderUid: string, below: number, limit: number): Promise<OrderNote[] | undefined> {
    const { source } = this.database;
    const notes = await source.query<OrderNote[]>(READ, [orderUid, below, limit]);
    if (notes.length > 0) return notes;
    const there = await source.query<object[]>(IS_THERE, [orderUid]);
    return there.length > 0 ? [] : undefined;
  }
}
