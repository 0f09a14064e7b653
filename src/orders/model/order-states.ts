import { ORDER_STATUSES, type OrderStatus } from './order-life.js';

/** As payments derive it from their ledger. The place of each in the list is part of every ETag. */
export const PAYMENT_STATUSES = [
  'unpaid',
  'authorized',
  'partially_paid',
  'paid',
  'partially_refunded',
  'refunded',
  'disputed',
] as const;

/** As delivery tracking derives it from the parcels. The place of each in the list is part of every ETag. */
export const SHIPMENT_STATUSES = [
  'none',
  'partially_shipped',
  'shipped',
  'out_for_delivery',
  'failed_attempt',
  'partially_delivered',
  'delivered',
  'returned',
  'lost',
] as const;

export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];
export type ShipmentStatus = (typeof SHIPMENT_STATUSES)[number];

/** The three states of an order. Each moves on its own. */
export interface OrderStates {
  readonly status: OrderStatus;
  readonly payment_status: PaymentStatus;
  readonly shipment_status: ShipmentStatus;
}

export type StateName = keyof OrderStates;

/** What changes of an order: that it is there, its content, or one of its states. */
export const ORDER_CHANGES = ['received', 'content', 'status', 'payment_status', 'shipment_status'] as const;
export type OrderChangeName = (typeof ORDER_CHANGES)[number];

/** Those of a new order. */
export const FIRST_STATES: OrderStates = {
  status: 'received',
  payment_status: 'unpaid',
  shipment_status: 'none',
};

/** The states as three digits, such as `300` for an order that is shipped, unpaid and has no parcel under way. */
export function digitsOf({ status, payment_status, shipment_status }: OrderStates): string {
  const digits = [
    ORDER_STATUSES.indexOf(status),
    PAYMENT_STATUSES.indexOf(payment_status),
    SHIPMENT_STATUSES.indexOf(shipment_status),
  ];
  return digits.join('');
}

/** Each combination once: they are asked for with every answer. */
const BY_DIGITS = new Map<string, OrderStates>();
for (const status of ORDER_STATUSES) {
  for (const payment_status of PAYMENT_STATUSES) {
    for (const shipment_status of SHIPMENT_STATUSES) {
      const states = { status, payment_status, shipment_status };
      BY_DIGITS.set(digitsOf(states), states);
    }
  }
}

/** The states that three digits stand for; undefined where they stand for none. */
export const statesOf = (digits: string): OrderStates | undefined => BY_DIGITS.get(digits);

/** Whether an order may be called off: not once a parcel has moved, whatever its status. */
export const mayBeCancelled = ({ shipment_status }: OrderStates): boolean => shipment_status === 'none';

/** Whether an order may get other content: until a parcel has moved, or its life has gone beyond that. */
export function mayBeReplaced({ status, shipment_status }: OrderStates): boolean {
  return (
    shipment_status === 'none' && (status === 'received' || status === 'confirmed' || status === 'packed')
  );
}

/** Why an order does not get other content. */
export function conflictReason({ status, shipment_status }: OrderStates): string {
  const held = shipment_status === 'none' ? status : `${status}, with the shipment status ${shipment_status}`;
  return `the order is ${held}: it can get no other content`;
}
