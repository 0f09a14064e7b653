import type { PaymentStatus, ShipmentStatus } from './order-states.js';

/** Who announces what they know of an order. */
export const OWNERS = ['payments', 'tracking', 'inventory'] as const;
export type Owner = (typeof OWNERS)[number];

/** Amounts are minor units of the currency; null where the announcement does not say. */
export interface PaymentTold {
  readonly payment_status: PaymentStatus;
  readonly currency: string | null;
  readonly captured: number | null;
  readonly refunded: number | null;
  readonly charged_back: number | null;
  readonly net: number | null;
  readonly refund_due: number | null;
  readonly void_due: number | null;
}

export interface Parcel {
  readonly track_number: string;
  /** The type of its last event; null before the first. */
  readonly state: string | null;
  readonly location: string | null;
  readonly occurred_at: string | null;
  readonly estimated_at: string | null;
}

export interface ShipmentTold {
  readonly shipment_status: ShipmentStatus;
  /** All that the order has. */
  readonly parcels: readonly Parcel[];
}

export const STOCK_OUTCOMES = [
  'reserved',
  'out_of_stock',
  'released',
  'taken',
  'returned',
  'expiring',
] as const;
export type StockOutcome = (typeof STOCK_OUTCOMES)[number];

export interface StockTold {
  readonly outcome: StockOutcome;
  readonly reserved: readonly { readonly chrt_id: number; readonly quantity: number }[];
  readonly missing: readonly number[];
}

interface Announced<By extends Owner, Told> {
  readonly owner: By;
  readonly orderUid: string;
  /** Grows with each announcement of its owner for the order. */
  readonly number: number;
  /** Of the content that it was weighed against; 0 where none was known. */
  readonly contentVersion: number;
  /** What is told, as the summary of an order shows it. */
  readonly told: Told;
}

/** What the owner of a state says of an order. */
export type Announcement =
  | Announced<'payments', PaymentTold>
  | Announced<'tracking', ShipmentTold>
  | Announced<'inventory', StockTold>;

/** The id of the event that an announcement came in. */
export const announcementId = ({
  owner,
  orderUid,
  number,
}: Omit<Announcement, 'told' | 'contentVersion'>): string => `${owner}:${orderUid}:${number}`;
