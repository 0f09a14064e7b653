import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { StoredOrder } from './order.repository.js';
import { NEWEST_ORDERS, READ_ORDERS, selectOrdersOf } from './stored-orders.sql.js';

/** Reads orders from PostgreSQL: the four tables, always together. */
@Injectable()
export class StoredOrders {
  constructor(private readonly database: Database) {}

  /** Orders by id, each once and in no particular order; those that are not there are left out. */
  async findMany(orderUids: readonly string[]): Promise<StoredOrder[]> {
    if (orderUids.length === 0) return [];
    return this.database.source.query<StoredOrder[]>(READ_ORDERS, [orderUids]);
  }

  /** As {@link findMany}, each handed over as it arrives and as bytes: many need not be in memory at once. */
  async forEach(orderUids: readonly string[], take: (stored: StoredOrder<Buffer>) => void): Promise<void> {
    await this.database.copyOut(selectOrdersOf(orderUids), (row) =>
      take({ orderUid: row.text(), version: row.integer(), hash: row.text(), text: row.bytes() }),
    );
  }

  /** The ids of the newest received orders, newest first. */
  async newest(limit: number): Promise<string[]> {
    const rows = await this.database.source.query<{ order_uid: string }[]>(NEWEST_ORDERS, [limit]);
    return rows.map((row) => row.order_uid);
  }
}
