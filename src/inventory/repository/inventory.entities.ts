import { EntitySchema } from 'typeorm';

const SCHEMA = 'inventory';

export interface StockRow {
  chrt_id: number;
  nm_id: number;
  on_hand: number;
  reserved: number;
  version: number;
  updated_at: Date;
}

export const StockEntity = new EntitySchema<StockRow>({
  name: 'inventory_stock',
  schema: SCHEMA,
  tableName: 'stock',
  columns: {
    chrt_id: { type: 'bigint', primary: true, primaryKeyConstraintName: 'pk_stock' },
    nm_id: { type: 'bigint' },
    on_hand: { type: 'bigint' },
    reserved: { type: 'bigint' },
    version: { type: 'bigint', comment: 'Grows with each change, from 1' },
    updated_at: { type: 'timestamptz' },
  },
  checks: [{ name: 'ck_stock_reserved', expression: 'reserved >= 0 AND reserved <= on_hand' }],
  indices: [{ name: 'ix_stock_nm_id', columns: ['nm_id', 'chrt_id'] }],
});

/** What an order holds, or has taken with it. What it has given up or brought back is in the journal alone. */
export interface ReservationRow {
  order_uid: string;
  content_version: number;
  chrt_id: number;
  quantity: number;
  taken: boolean;
}

const ReservationEntity = new EntitySchema<ReservationRow>({
  name: 'inventory_reservation',
  schema: SCHEMA,
  tableName: 'reservations',
  columns: {
    order_uid: { type: 'text', primary: true, primaryKeyConstraintName: 'pk_reservations' },
    content_version: { type: 'bigint', primary: true, primaryKeyConstraintName: 'pk_reservations' },
    chrt_id: { type: 'bigint', primary: true, primaryKeyConstraintName: 'pk_reservations' },
    quantity: { type: 'bigint' },
    taken: { type: 'boolean', comment: 'Whether the pieces have left the house' },
  },
  checks: [{ name: 'ck_reservations_quantity', expression: 'quantity > 0' }],
  indices: [{ name: 'ix_reservations_chrt_id', columns: ['chrt_id'] }],
});

export interface MovementRow {
  id: number;
  chrt_id: number;
  kind: string;
  on_hand_delta: number;
  reserved_delta: number;
  on_hand: number;
  reserved: number;
  order_uid: string | null;
  content_version: number | null;
  reason: string | null;
  cause: string | null;
  at: Date;
  made_by: string | null;
}

export const MovementEntity = new EntitySchema<MovementRow>({
  name: 'inventory_movement',
  schema: SCHEMA,
  tableName: 'movements',
  columns: {
    id: {
      type: 'bigint',
      primary: true,
      primaryKeyConstraintName: 'pk_movements',
      generated: 'increment',
    },
    chrt_id: { type: 'bigint' },
    kind: { type: 'text' },
    on_hand_delta: { type: 'bigint' },
    reserved_delta: { type: 'bigint' },
    on_hand: { type: 'bigint', comment: 'after it' },
    reserved: { type: 'bigint', comment: 'after it' },
    order_uid: { type: 'text', nullable: true },
    content_version: { type: 'bigint', nullable: true },
    reason: { type: 'text', nullable: true },
    cause: { type: 'text', nullable: true, comment: 'id of the event' },
    at: { type: 'timestamptz', default: () => 'now()' },
    made_by: { type: 'text', nullable: true, comment: 'the caller, as they call themselves' },
  },
  indices: [{ name: 'ix_movements_chrt_id', columns: ['chrt_id', 'id'] }],
});

export interface KnownOrderRow {
  order_uid: string;
  version: number;
  content_version: number;
  status: string;
  outcome: string | null;
  missing: number[] | null;
  number: number;
  reserved_at: Date | null;
}

const KnownOrderEntity = new EntitySchema<KnownOrderRow>({
  name: 'inventory_known_order',
  schema: SCHEMA,
  tableName: 'known_orders',
  columns: {
    order_uid: { type: 'text', primary: true, primaryKeyConstraintName: 'pk_known_orders' },
    version: { type: 'bigint', comment: 'of the last event that told something new' },
    content_version: { type: 'bigint', comment: 'that was weighed last' },
    status: { type: 'text' },
    outcome: { type: 'text', nullable: true },
    missing: {
      type: 'jsonb',
      nullable: true,
      comment: 'chrt_ids, of the content that was weighed last; null for none',
    },
    number: { type: 'bigint', comment: 'of the last announcement' },
    reserved_at: { type: 'timestamptz', nullable: true, comment: 'null where the reservation cannot expire' },
  },
  indices: [
    { name: 'ix_known_orders_reserved_at', columns: ['reserved_at'], where: 'reserved_at IS NOT NULL' },
  ],
});

export const INVENTORY_ENTITIES: readonly EntitySchema[] = [
  StockEntity,
  ReservationEntity,
  MovementEntity,
  KnownOrderEntity,
];
