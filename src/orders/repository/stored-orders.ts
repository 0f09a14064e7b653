import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { encodeOrder } from '../model/order.codec.js';
import type { Order } from '../model/order.js';
import { OrderEntity } from './order.entities.js';
import type { StoredOrder } from './order.repository.js';
import { READ_ORDERS } from './stored-orders.sql.js';

/** Reads orders from PostgreSQL: the four tables, always together. */
@Injectable()
export class StoredOrders {
  constructor(private readonly database: Database) {}

  /** Orders by id, each once and in no particular order; those that are not there are left out. */
  async findMany(orderUids: readonly string[]): Promise<StoredOrder[]> {
    if (orderUids.length === 0) return [];
    const rows: { order_uid: string; version: number; content_hash: string; order: Order }[] =
      await this.database.source.query(READ_ORDERS, [orderUids]);
    return rows.map((row) => ({
      orderUid: row.order_uid,
      version: row.version,
      hash: row.content_hash,
      text: encodeOrder(row.order),
    }));
  }

  /** The ids of the newest received orders, newest first. */
  async newest(limit: number): Promise<string[]> {
    const rows = await this.database.source.getRepository(OrderEntity).find({
      select: { order_uid: true },
      order: { received_at: 'DESC' },
      take: limit,
    });
    return rows.map((row) => row.order_uid);
  }
}
