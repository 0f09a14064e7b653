import type { Transaction } from '../../platform/database/database.js';
import type { StoredPosition } from '../../platform/messaging/source-position.js';
import { etagOf } from '../model/order-etag.js';
import type { OrderStatus } from '../model/order-life.js';
import type { OrderStates, PaymentStatus, ShipmentStatus } from '../model/order-states.js';
import { LOCK_ORDERS } from './order.sql.js';

interface LockedRow extends StoredPosition {
  order_uid: string;
  version: number;
  content_version: number | null;
  content_hash: string;
  totals_match: boolean;
  received_at: string;
  life: OrderStatus;
  payment_status: PaymentStatus;
  shipment_status: ShipmentStatus;
}

/** An order whose row is locked. */
export interface HeldOrder {
  readonly orderUid: string;
  readonly version: number;
  /** The version at which it got the content that it has. */
  readonly contentVersion: number;
  readonly hash: string;
  readonly totalsMatch: boolean;
  /** RFC 3339 in UTC to the microsecond. */
  readonly receivedAt: string;
  readonly states: OrderStates;
  /** The newest event stored. */
  readonly position: StoredPosition;
}

export const etagOfHeld = ({ version, hash, states }: HeldOrder): string => etagOf(version, hash, states);

/** Locks orders until the transaction ends, sorted by id. @returns those that are there, by id */
export async function lockOrders(
  tx: Transaction,
  orderUids: readonly string[],
): Promise<Map<string, HeldOrder>> {
  const rows: LockedRow[] = await tx.query(LOCK_ORDERS, [orderUids]);
  return new Map(rows.map((row) => [row.order_uid, heldOrder(row)]));
}

function heldOrder(row: LockedRow): HeldOrder {
  const { order_uid, version, content_version, content_hash, totals_match, received_at } = row;
  const { life, payment_status, shipment_status, source, source_offset, source_time_us } = row;
  return {
    orderUid: order_uid,
    version,
    contentVersion: content_version ?? version,
    hash: content_hash,
    totalsMatch: totals_match,
    receivedAt: received_at,
    states: { status: life, payment_status, shipment_status },
    position: { source, source_offset, source_time_us },
  };
}
