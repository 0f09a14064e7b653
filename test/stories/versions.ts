/** Versions that many orders get. */
export const RECEIVED = 'received, by the sender';
export const CONFIRMED = 'status: received > confirmed, by inventory';
export const PAID = 'payment_status: unpaid > paid, by payments';
export const SHIPPED = 'status: confirmed > shipped, by tracking';
export const DELIVERED = 'status: shipped > delivered, by tracking';
