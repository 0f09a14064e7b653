import type { OrderChangeName, OrderStates } from './order-states.js';

/** The value of a status event: what a consumer needs in order to act without calling back. */
export interface StatusEvent extends OrderStates {
  readonly order_uid: string;
  readonly track_number: string;
  readonly customer_id: string;
  /** 1 for a new order, one higher with each change. */
  readonly version: number;
  readonly content_version: number;
  readonly change: OrderChangeName;
  readonly previous: string | null;
  /** RFC 3339, in UTC. */
  readonly occurred_at: string;
  readonly date_created: string;
  readonly delivery_service: string;
  /** Whether the order's amounts add up. */
  readonly totals_match: boolean;
  readonly payment: {
    readonly transaction: string;
    readonly provider: string;
    readonly currency: string;
    /** Minor units of the currency, as are all amounts. */
    readonly amount: number;
    readonly delivery_cost: number;
    readonly goods_total: number;
    readonly custom_fee: number;
  };
  readonly items: readonly {
    readonly chrt_id: number;
    readonly nm_id: number;
    readonly rid: string;
    readonly track_number: string;
    readonly size: string;
    readonly total_price: number;
    readonly status: number;
  }[];
}

type KeysOf<T> = readonly (keyof T & string)[];
/** What of the payment and of each item is told. */
export const STATUS_PAYMENT_FIELDS: KeysOf<StatusEvent['payment']> = [
  'transaction',
  'provider',
  'currency',
  'amount',
  'delivery_cost',
  'goods_total',
  'custom_fee',
];
export const STATUS_ITEM_FIELDS: KeysOf<StatusEvent['items'][number]> = [
  'chrt_id',
  'nm_id',
  'rid',
  'track_number',
  'size',
  'total_price',
  'status',
];
