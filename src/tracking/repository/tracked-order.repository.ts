import { Injectable } from '@nestjs/common';
import { BatchTable, BIGINT, BYTEA, column, INTEGER, TEXT } from '../../platform/database/batch-table.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import type { OrderContent } from '../model/order-content.js';
import { type Parcel, type ParcelMarks, parcelStateOf } from '../model/parcel.js';

/** An order whose row the transaction holds. */
export interface LockedOrder {
  readonly order_uid: string;
  readonly content_version: number;
  /** Of its last announcement; 0: none yet. */
  readonly number: number;
  /** Of what was announced last, in hexadecimal digits. */
  readonly digest: string | null;
}

/** An announcement of an order. */
export interface Announced {
  readonly orderUid: string;
  readonly number: number;
  readonly digest: string;
}

/** An order that a parcel belongs to. */
export interface OrderOfParcel {
  readonly track_number: string;
  readonly order_uid: string;
  /** How many parcels the order has. */
  readonly parcels: number;
}

interface Link {
  readonly trackNumber: string;
  readonly orderUid: string;
  readonly position: number;
}

const CONTENTS = new BatchTable<OrderContent>('tracking.orders', [
  column('order_uid', TEXT, ({ orderUid }) => orderUid),
  column('content_version', BIGINT, ({ contentVersion }) => contentVersion),
  column('parcels', INTEGER, ({ trackNumbers }) => trackNumbers.length),
]);
const LINKS = new BatchTable<Link>('tracking.order_parcels', [
  column('track_number', TEXT, ({ trackNumber }) => trackNumber),
  column('order_uid', TEXT, ({ orderUid }) => orderUid),
  column('position', INTEGER, ({ position }) => position),
]);
const ANNOUNCED = new BatchTable<Announced>('tracking.orders', [
  column('order_uid', TEXT, ({ orderUid }) => orderUid),
  column('number', BIGINT, ({ number }) => number),
  column('digest', BYTEA, ({ digest }) => Buffer.from(digest, 'hex')),
]);

const CONTENT_VERSIONS = prepared(`
  SELECT order_uid, content_version FROM tracking.orders WHERE order_uid = ANY (ARRAY(SELECT unnest($1::text[])))`);

/** A row that was inserted has no `xmax`. */
const STORE = prepared(`
  INSERT INTO tracking.orders (${CONTENTS.columnNames.join(', ')})
  SELECT ${CONTENTS.columnNames.join(', ')} FROM ${CONTENTS.unnested('e')} ORDER BY e.order_uid COLLATE "C"
  ON CONFLICT (order_uid) DO UPDATE SET content_version = EXCLUDED.content_version, parcels = EXCLUDED.parcels
  WHERE orders.content_version < EXCLUDED.content_version
  RETURNING order_uid, number, xmax <> 0 AS "wasThere"`);

const UNLINK = prepared(
  'DELETE FROM tracking.order_parcels WHERE order_uid = ANY (ARRAY(SELECT unnest($1::text[])))',
);
const LINK = prepared(`
  INSERT INTO tracking.order_parcels (${LINKS.columnNames.join(', ')})
  SELECT ${LINKS.columnNames.join(', ')} FROM ${LINKS.unnested('e')}`);

const ORDERS_OF_EACH = prepared(`
  SELECT l.track_number, l.order_uid, o.parcels
  FROM unnest($1::text[]) AS asked(track_number)
  CROSS JOIN LATERAL (
    SELECT * FROM tracking.order_parcels p WHERE p.track_number = asked.track_number LIMIT $2
  ) AS l
  JOIN tracking.orders o ON o.order_uid = l.order_uid`);

const LOCK = prepared(`
  SELECT order_uid, content_version, number, encode(digest, 'hex') AS digest
  FROM tracking.orders WHERE order_uid = ANY (ARRAY(SELECT unnest($1::text[])))
  ORDER BY order_uid
  FOR NO KEY UPDATE`);

const PARCELS_OF = prepared(`
  SELECT l.order_uid, l.track_number, p.marks
  FROM tracking.order_parcels l JOIN tracking.parcels p ON p.track_number = l.track_number
  WHERE l.order_uid = ANY (ARRAY(SELECT unnest($1::text[])))
  ORDER BY l.order_uid, l.position`);

const SAVE = prepared(`
  UPDATE tracking.orders o SET number = e.number, digest = e.digest
  FROM ${ANNOUNCED.unnested('e')} WHERE o.order_uid = e.order_uid`);

/** What is known of orders: which parcels they have, and what was announced of them. */
@Injectable()
export class TrackedOrderRepository {
  constructor(private readonly database: Database) {}

  /** Of the orders that are known. */
  async contentVersionsOf(orderUids: readonly string[]): Promise<Map<string, number>> {
    const rows: Pick<LockedOrder, 'order_uid' | 'content_version'>[] = await this.database.source.query(
      CONTENT_VERSIONS,
      [orderUids],
    );
    return new Map(rows.map(({ order_uid, content_version }) => [order_uid, content_version]));
  }

  /**
   * Takes the contents that are newer than what is known, and holds their orders, in the order of their ids.
   *
   * @param contents one of each order, whose parcels the transaction holds
   * @returns the orders whose content was taken, with the numbers of their last announcements
   */
  async store(tx: Transaction, contents: readonly OrderContent[]): Promise<Map<string, number>> {
    const rows: { order_uid: string; number: number; wasThere: boolean }[] = await tx.query(
      STORE,
      CONTENTS.arraysOf(contents),
    );
    const replaced = rows.filter(({ wasThere }) => wasThere).map(({ order_uid }) => order_uid);
    if (replaced.length > 0) await tx.query(UNLINK, [replaced]);
    const taken = new Map(rows.map(({ order_uid, number }) => [order_uid, number]));
    const links = contents
      .filter(({ orderUid }) => taken.has(orderUid))
      .flatMap(({ orderUid, trackNumbers }) =>
        trackNumbers.map((trackNumber, position): Link => ({ trackNumber, orderUid, position })),
      );
    if (links.length > 0) await tx.query(LINK, LINKS.arraysOf(links));
    return taken;
  }

  /** By the track number, of those that are of some order. @param most orders of one parcel */
  async ordersOf(
    tx: Transaction,
    trackNumbers: readonly string[],
    most: number,
  ): Promise<Map<string, OrderOfParcel[]>> {
    const orders = new Map<string, OrderOfParcel[]>();
    if (trackNumbers.length === 0) return orders;
    const rows: OrderOfParcel[] = await tx.query(ORDERS_OF_EACH, [trackNumbers, most]);
    for (const row of rows) {
      const own = orders.get(row.track_number);
      if (own === undefined) orders.set(row.track_number, [row]);
      else own.push(row);
    }
    return orders;
  }

  /** Holds orders until the transaction ends, in the order of their ids. A transaction locks all of its orders at once. */
  lock(tx: Transaction, orderUids: readonly string[]): Promise<LockedOrder[]> {
    return tx.query(LOCK, [orderUids]);
  }

  /** The parcels of orders, as they stand in each. */
  async parcelsOf(
    within: Pick<Transaction, 'query'>,
    orderUids: readonly string[],
  ): Promise<Map<string, Parcel[]>> {
    const rows: { order_uid: string; track_number: string; marks: ParcelMarks | null }[] = await within.query(
      PARCELS_OF,
      [orderUids],
    );
    const parcels = new Map(orderUids.map((orderUid): [string, Parcel[]] => [orderUid, []]));
    for (const { order_uid, track_number, marks } of rows) {
      parcels.get(order_uid)!.push({ track_number, ...parcelStateOf(marks) });
    }
    return parcels;
  }

  /** Remembers what is announced, of orders that the transaction holds. */
  async saveAnnounced(tx: Transaction, announced: readonly Announced[]): Promise<void> {
    if (announced.length > 0) await tx.query(SAVE, ANNOUNCED.arraysOf(announced));
  }
}
