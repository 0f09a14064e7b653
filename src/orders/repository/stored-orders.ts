import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { ExportedOrder } from '../model/exported-order.js';
import type { OrderChangeName, OrderStates } from '../model/order-states.js';
import {
  EXPECTED_ORDERS,
  NEWEST_ORDERS,
  READ_EXPORTED_UP_TO_BYTES,
  READ_LAST_VERSIONS,
  READ_ORDERS,
  READ_ORDERS_UP_TO_BYTES,
  READ_SUMMARIES,
} from './stored-orders.sql.js';

/** An order as it is read back. */
export interface StoredOrder {
  readonly orderUid: string;
  readonly version: number;
  readonly hash: string;
  readonly states: OrderStates;
  /** When the first version came, RFC 3339 in UTC to the microsecond. */
  readonly receivedAt: string;
  /** Canonical JSON. */
  readonly text: string;
}

/** An order with what the event of its last version tells besides. */
export interface LastVersion extends StoredOrder {
  readonly contentVersion: number;
  readonly totalsMatch: boolean;
  readonly change: OrderChangeName;
  readonly previous: string | null;
  /** Microseconds since the Unix epoch. */
  readonly atUs: number;
}

/** The first orders of a list of ids. */
export interface FirstOrders<Order = StoredOrder> {
  readonly orders: readonly Order[];
  /** How many ids of the list they are of, those that are not there among them. */
  readonly ids: number;
}

interface Placed {
  /** In the list of ids, from 1 on. */
  readonly place: number;
  /** Of its text and those before it. */
  readonly bytes: number;
}

/** Reads orders from PostgreSQL: the four tables, always together. */
@Injectable()
export class StoredOrders {
  constructor(private readonly database: Database) {}

  /** Orders by id, each once and in no particular order; those that are not there are left out. */
  async findMany(orderUids: readonly string[]): Promise<StoredOrder[]> {
    if (orderUids.length === 0) return [];
    return this.database.source.query<StoredOrder[]>(READ_ORDERS, [orderUids]);
  }

  /**
   * Orders by id, in the order of the ids, of which the last is the one that makes `maxBytes` full. PostgreSQL neither
   * reads nor sends those beyond it.
   */
  findFirst(orderUids: readonly string[], maxBytes: number): Promise<FirstOrders> {
    return this.upToBytes<StoredOrder>(READ_ORDERS_UP_TO_BYTES, orderUids, maxBytes);
  }

  /** As {@link findFirst}, with what an export has of each. */
  findFirstExported(orderUids: readonly string[], maxBytes: number): Promise<FirstOrders<ExportedOrder>> {
    return this.upToBytes<ExportedOrder>(READ_EXPORTED_UP_TO_BYTES, orderUids, maxBytes);
  }

  private async upToBytes<Order>(
    statement: string,
    orderUids: readonly string[],
    maxBytes: number,
  ): Promise<FirstOrders<Order>> {
    const parameters = [orderUids, maxBytes];
    const orders = await this.database.source.query<(Order & Placed)[]>(statement, parameters);
    const last = orders.at(-1);
    return { orders, ids: last && last.bytes >= maxBytes ? last.place : orderUids.length };
  }

  /** Orders after an id, sorted by it, with what was told of them last. */
  lastVersions(after: string, limit: number): Promise<LastVersion[]> {
    return this.database.source.query<LastVersion[]>(READ_LAST_VERSIONS, [after, limit]);
  }

  /** How many orders there are, as PostgreSQL's statistics have it: to count them would take minutes. */
  async expected(): Promise<number> {
    const [row] = await this.database.source.query<{ orders: number }[]>(EXPECTED_ORDERS);
    return row!.orders;
  }

  /** What lists show of orders, as JSON by id; those that are not there are left out. */
  async summaries(orderUids: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.database.source.query<{ orderUid: string; text: string }[]>(READ_SUMMARIES, [
      orderUids,
    ]);
    return new Map(rows.map(({ orderUid, text }) => [orderUid, text]));
  }

  /** The ids of the newest received orders, newest first. */
  async newest(limit: number): Promise<string[]> {
    const rows = await this.database.source.query<{ order_uid: string }[]>(NEWEST_ORDERS, [limit]);
    return rows.map((row) => row.order_uid);
  }
}
