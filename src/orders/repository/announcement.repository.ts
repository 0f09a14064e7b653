import { Injectable } from '@nestjs/common';
import {
  BatchTable,
  BIGINT,
  BOOLEAN,
  column,
  INTEGER,
  JSONB,
  TEXT,
  TIMESTAMPTZ,
} from '../../platform/database/batch-table.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import type { Announcement, Owner } from '../model/announcement.js';
import { promisedAtMs } from '../model/waiting.js';

/** An announcement to be kept as the last of its owner for its order. */
export interface KeptAnnouncement {
  readonly announcement: Announcement;
  /** Its order is not there yet. */
  readonly waiting: boolean;
  /** When it came, in microseconds since the Unix epoch. */
  readonly atUs: number;
}

const US_PER_MS = 1_000n;

const ANNOUNCEMENTS = new BatchTable<KeptAnnouncement>('order_announcements', [
  column('order_uid', TEXT, ({ announcement }) => announcement.orderUid),
  column('owner', TEXT, ({ announcement }) => announcement.owner),
  column('number', BIGINT, ({ announcement }) => announcement.number),
  column('content_version', INTEGER, ({ announcement }) => announcement.contentVersion),
  column('told', JSONB, ({ announcement }) => JSON.stringify(announcement.told)),
  column('at', TIMESTAMPTZ, ({ atUs }) => BigInt(atUs)),
  column('waiting', BOOLEAN, ({ waiting }) => waiting),
  column('promised_at', TIMESTAMPTZ, ({ announcement }) => {
    const ms = announcement.owner === 'tracking' ? promisedAtMs(announcement.told.parcels) : undefined;
    return ms === undefined ? undefined : BigInt(ms) * US_PER_MS;
  }),
]);

const COLUMNS = ANNOUNCEMENTS.columnNames.join(', ');
const KEY = ['order_uid', 'owner'];
const REPLACED = ANNOUNCEMENTS.columnNames
  .filter((name) => !KEY.includes(name))
  .map((name) => `${name} = EXCLUDED.${name}`);

/** One that settles what has waited has the number that is held. Sorted, so that two batches do not deadlock. */
const KEEP = prepared(`
  INSERT INTO order_announcements AS held (${COLUMNS})
  SELECT ${COLUMNS} FROM ${ANNOUNCEMENTS.unnested('e')} ORDER BY order_uid, owner
  ON CONFLICT ON CONSTRAINT pk_order_announcements DO UPDATE SET ${REPLACED.join(', ')}
  WHERE EXCLUDED.number > held.number OR (EXCLUDED.number = held.number AND held.waiting)`);

/** The ids are read from a subquery, so that one plan does for any number of them. */
const IDS = 'order_uid = ANY (ARRAY(SELECT unnest($1::text[])))';

/** One that waits has not been taken in yet: it may come once more. */
const READ_NUMBERS = prepared(`
  SELECT order_uid, number - waiting::int AS number FROM order_announcements WHERE ${IDS} AND owner = $2`);

const READ_WAITING = prepared(`
  SELECT order_uid AS "orderUid", owner, number, content_version AS "contentVersion", told
  FROM order_announcements WHERE ${IDS} AND waiting ORDER BY order_uid, owner`);

const SOME_WAIT = 'SELECT EXISTS (SELECT FROM order_announcements WHERE waiting) AS wait';

/** Orders that have come in a transaction that was committed after one that kept an announcement had looked for them. */
const FIND_MISSED = `
  SELECT DISTINCT order_uid FROM order_announcements JOIN orders USING (order_uid)
  WHERE waiting AND at > now() - make_interval(secs => $1) LIMIT $2`;

/** The last announcement of each owner for each order; those whose order is not there wait for it. */
@Injectable()
export class AnnouncementRepository {
  constructor(private readonly database: Database) {}

  /** The numbers that an owner's announcements have got to, by order; those of the orders have to be held. */
  async numbers(tx: Transaction, owner: Owner, orderUids: readonly string[]): Promise<Map<string, number>> {
    const rows: { order_uid: string; number: number }[] = await tx.query(READ_NUMBERS, [orderUids, owner]);
    return new Map(rows.map((row) => [row.order_uid, row.number]));
  }

  /** @param kept one for each owner and order; a lower number than the one that is held changes nothing */
  async keep(tx: Transaction, kept: readonly KeptAnnouncement[]): Promise<void> {
    if (kept.length > 0) await tx.query(KEEP, ANNOUNCEMENTS.arraysOf(kept));
  }

  /** What waits for these orders, which have to be held. */
  waitingFor(tx: Transaction, orderUids: readonly string[]): Promise<Announcement[]> {
    return tx.query(READ_WAITING, [orderUids]);
  }

  /** Whether anything waits for an order. */
  async someWait(): Promise<boolean> {
    const [row] = await this.database.source.query<{ wait: boolean }[]>(SOME_WAIT);
    return row!.wait;
  }

  /** Those of these orders that something waits for. */
  async awaited(orderUids: readonly string[]): Promise<string[]> {
    const waiting = await this.database.source.query<Announcement[]>(READ_WAITING, [orderUids]);
    return [...new Set(waiting.map(({ orderUid }) => orderUid))];
  }

  /** Orders that are there while announcements of the last `seconds` wait for them, `limit` at most. */
  async missed(seconds: number, limit: number): Promise<string[]> {
    const rows = await this.database.source.query<{ order_uid: string }[]>(FIND_MISSED, [seconds, limit]);
    return rows.map((row) => row.order_uid);
  }
}
