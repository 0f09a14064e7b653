import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { type Holding, type KnownOrder, NOTHING, type Outcome, type Quantity } from '../model/known-order.js';
import {
  arraysOfOrders,
  arraysOfReservations,
  DELETE_RESERVATIONS,
  INSERT_ORDERS,
  INSERT_RESERVATIONS,
  LOCK_OLD_ORDERS,
  LOCK_ORDERS,
  type OrderToKeep,
  type Reservation,
  RESERVATIONS_OF,
  TAKE_RESERVATIONS,
  UPDATE_ORDERS,
} from './known-order.sql.js';

/** Another process has taken in events of an order that this one took for new; the batch has to be weighed anew. */
export class OrderKnownMeanwhileError extends TransientError {
  constructor() {
    super('another process has weighed an order of this batch at the same time');
    this.name = 'OrderKnownMeanwhileError';
  }
}

type OrderRow = Omit<KnownOrder, 'holding' | 'outcome' | 'missing'> & {
  readonly outcome: Outcome | null;
  readonly missing: readonly number[] | null;
};

/** What inventory knows of orders, and what they hold, in PostgreSQL. */
@Injectable()
export class KnownOrderRepository {
  /** Holds those that are there. What they hold is not read yet: see {@link withHoldings}. */
  async lock(tx: Transaction, orderUids: readonly string[]): Promise<KnownOrder[]> {
    return (await tx.query<OrderRow[]>(LOCK_ORDERS, [orderUids])).map(orderOf);
  }

  /** Holds up to `limit` orders whose reservation is older than so many seconds. */
  async lockOld(tx: Transaction, seconds: number, limit: number): Promise<KnownOrder[]> {
    return (await tx.query<OrderRow[]>(LOCK_OLD_ORDERS, [seconds, limit])).map(orderOf);
  }

  /** The same orders with what they hold, which nobody else changes while they are locked. */
  async withHoldings(tx: Transaction, orders: readonly KnownOrder[]): Promise<KnownOrder[]> {
    if (orders.length === 0) return [];
    const rows = await tx.query<Reservation[]>(RESERVATIONS_OF, [orders.map(({ orderUid }) => orderUid)]);
    const holdings = holdingsOf(rows);
    return orders.map((order) => ({ ...order, holding: holdings.get(order.orderUid) ?? NOTHING }));
  }

  /**
   * Keeps orders as they have become.
   *
   * @param before what of them is locked, by their ids; those that are not there are new
   * @throws OrderKnownMeanwhileError
   */
  async write(
    tx: Transaction,
    orders: readonly OrderToKeep[],
    before: ReadonlyMap<string, KnownOrder>,
  ): Promise<void> {
    const isNew = ({ order }: OrderToKeep): boolean => !before.has(order.orderUid);
    const fresh = orders.filter(isNew);
    const changed = orders.filter((one) => !isNew(one));
    if (fresh.length > 0) {
      const inserted: unknown[] = await tx.query(INSERT_ORDERS, arraysOfOrders(fresh));
      if (inserted.length < fresh.length) throw new OrderKnownMeanwhileError();
    }
    if (changed.length > 0) await tx.query(UPDATE_ORDERS, arraysOfOrders(changed));
    await this.writeHoldings(tx, orders, before);
  }

  private async writeHoldings(
    tx: Transaction,
    orders: readonly OrderToKeep[],
    before: ReadonlyMap<string, KnownOrder>,
  ): Promise<void> {
    const emptied: string[] = [];
    const taken: string[] = [];
    const filled: Reservation[] = [];
    for (const { order } of orders) {
      const { orderUid, holding } = order;
      const was = before.get(orderUid)?.holding ?? NOTHING;
      if (holding === was) continue;
      if (holding.contentVersion === was.contentVersion && holding.state === 'taken') {
        taken.push(orderUid);
        continue;
      }
      if (was !== NOTHING) emptied.push(orderUid);
      filled.push(...reservationsOf(order));
    }
    if (emptied.length > 0) await tx.query(DELETE_RESERVATIONS, [emptied]);
    if (filled.length > 0) await tx.query(INSERT_RESERVATIONS, arraysOfReservations(filled));
    if (taken.length > 0) await tx.query(TAKE_RESERVATIONS, [taken]);
  }
}

const orderOf = ({ outcome, missing, ...row }: OrderRow): KnownOrder => ({
  ...row,
  missing: missing ?? [],
  ...(outcome !== null && { outcome }),
  holding: NOTHING,
});

/** By the orders' ids. All that an order has is of one content, and is held or taken as a whole. */
function holdingsOf(rows: readonly Reservation[]): Map<string, Holding> {
  const quantities = new Map<string, Quantity[]>();
  const holdings = new Map<string, Holding>();
  for (const { orderUid, contentVersion, taken, chrtId, quantity } of rows) {
    const own = quantities.get(orderUid) ?? [];
    own.push({ chrtId, quantity });
    if (own.length > 1) continue;
    quantities.set(orderUid, own);
    holdings.set(orderUid, { state: taken ? 'taken' : 'held', contentVersion, quantities: own });
  }
  return holdings;
}

const reservationsOf = ({ orderUid, holding }: KnownOrder): Reservation[] =>
  holding.quantities.map(({ chrtId, quantity }) => ({
    orderUid,
    contentVersion: holding.contentVersion,
    chrtId,
    quantity,
    taken: holding.state === 'taken',
  }));
