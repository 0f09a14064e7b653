import type { MortalShop, Told } from './mortal-shop.js';
import type { Names } from './plan.js';
import { orderUids, thingsOf } from './played-plan.js';

export interface HistoryRow {
  readonly version: number;
  readonly change: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly source: string;
  readonly reason: string | null;
  readonly cause: string | null;
}

export interface States {
  readonly status: string;
  readonly payment_status: string;
  readonly shipment_status: string;
}

interface Summary extends States {
  readonly version: number;
  readonly content_version: number;
  readonly payments: { readonly balance: Record<string, unknown> | null };
  readonly parcels: readonly { readonly track_number: string; readonly state: string | null }[];
  readonly stock: { readonly outcome: string; readonly reserved: readonly Quantity[] } | null;
}

interface Quantity {
  readonly chrt_id: number;
  readonly quantity: number;
}

export interface OrderContent {
  readonly order_uid: string;
  readonly track_number: string;
  readonly payment: { readonly amount: number; readonly currency: string };
  readonly items: readonly { readonly chrt_id: number; readonly track_number: string }[];
}

/** An order as the program answers for it. */
export interface OrderFacts {
  readonly uid: string;
  readonly content: OrderContent;
  /** The states in the headers of its answer, which a cache has. */
  readonly headers: States;
  readonly summary: Summary;
  readonly history: readonly HistoryRow[];
}

export interface Movement {
  readonly chrt_id: number;
  readonly kind: string;
  readonly on_hand_delta: number;
  readonly reserved_delta: number;
  readonly on_hand: number;
  readonly reserved: number;
  readonly order_uid: string | null;
}

export interface Balance {
  readonly order_uid: string;
  readonly payment_status: string;
  readonly refund_due: number;
  readonly void_due: number;
  readonly captured: number;
  readonly refunded: number;
  readonly charged_back: number;
  readonly net: number;
}

/** Everything that a shop says and keeps of one run, once it has come to rest. */
export interface Facts {
  readonly orders: readonly OrderFacts[];
  /** What the contexts said of these orders, each message once. */
  readonly told: readonly Told[];
  readonly ledger: readonly Record<string, unknown>[];
  readonly balances: readonly Balance[];
  readonly movements: readonly Movement[];
  readonly stock: readonly {
    readonly chrt_id: number;
    readonly on_hand: number;
    readonly reserved: number;
  }[];
}

const MOST_VERSIONS = 100;

export async function factsOf(shop: MortalShop, names: Names): Promise<Facts> {
  const uids = orderUids(names);
  const { house } = shop;
  const [present, told, ledger, balances, movements, stock] = await Promise.all([
    house.rows<{ order_uid: string }>('SELECT order_uid FROM orders WHERE order_uid = ANY ($1)', [uids]),
    shop.told(uids),
    house.rows<Record<string, unknown>>(
      `SELECT event_id, order_uid, transaction, type, amount, currency, occurred_at FROM payments.ledger
       WHERE order_uid = ANY ($1) ORDER BY event_id`,
      [uids],
    ),
    house.rows<Balance>('SELECT * FROM payments.balances WHERE order_uid = ANY ($1)', [uids]),
    house.rows<Movement>('SELECT * FROM inventory.movements WHERE chrt_id = ANY ($1) ORDER BY id', [
      thingsOf(names),
    ]),
    house.rows<Facts['stock'][number]>('SELECT * FROM inventory.stock WHERE chrt_id = ANY ($1)', [
      thingsOf(names),
    ]),
  ]);
  const orders = await Promise.all(present.map(({ order_uid }) => orderFacts(shop, order_uid)));
  return { orders, told, ledger, balances, movements, stock };
}

async function orderFacts(shop: MortalShop, uid: string): Promise<OrderFacts> {
  const path = `/api/orders/${uid}`;
  const [order, summary, history] = await Promise.all([
    shop.get(path),
    shop.get(`${path}/summary`),
    shop.get(`${path}/history?limit=${MOST_VERSIONS}`),
  ]);
  const header = (name: string): string => order.headers.get(name)!;
  return {
    uid,
    content: order.value as OrderContent,
    headers: {
      status: header('x-order-status'),
      payment_status: header('x-payment-status'),
      shipment_status: header('x-shipment-status'),
    },
    summary: summary.value as Summary,
    history: history.value as HistoryRow[],
  };
}
