import {
  fieldRule,
  kindUnlessText,
  ListOf,
  ShortText,
  WholeNumber,
} from '../../platform/validation/field-rules.js';
import type { Quantity } from './known-order.js';
import { type OrderStatus, OrderStatusName } from './order-status.js';

const ORDER_UID = /^[A-Za-z0-9_-]{1,64}$/;
const MAX_ITEMS = 1_000;

const OrderUid = (): PropertyDecorator =>
  fieldRule({
    name: 'orderUid',
    schema: { type: 'string', pattern: ORDER_UID.source },
    accepts: (value) => typeof value === 'string' && ORDER_UID.test(value),
    expected: '1 to 64 characters out of A-Z, a-z, 0-9, _ and -',
    found: kindUnlessText,
  });

/** One line of an order: one piece. */
export class OrderEventItem {
  @WholeNumber() chrt_id!: number;
}

/** What inventory needs of an event of `order-status`. */
export class OrderEvent {
  @OrderUid() order_uid!: string;
  @WholeNumber({ min: 1 }) version!: number;
  @WholeNumber({ min: 1 }) content_version!: number;
  @OrderStatusName() status!: OrderStatus;
  @ShortText() payment_status!: string;
  @ShortText() change!: string;
  @ListOf(OrderEventItem, { minItems: 1, maxItems: MAX_ITEMS }) items!: OrderEventItem[];
}

/** The `ce_id` of an event: `<order_uid>:<version>`. */
export const eventIdOf = (orderUid: string, version: number): string => `${orderUid}:${version}`;

/** What an order wants: one piece a line, lines of one thing summed. By `chrtId`, as rows are locked. */
export function wantedBy({ items }: OrderEvent): Quantity[] {
  const pieces = new Map<number, number>();
  for (const { chrt_id: chrtId } of items) pieces.set(chrtId, (pieces.get(chrtId) ?? 0) + 1);
  return Array.from(pieces, ([chrtId, quantity]) => ({ chrtId, quantity })).sort(
    (one, other) => one.chrtId - other.chrtId,
  );
}
