import { ListOf, OneOf, ShortText, WholeNumber } from '../../platform/validation/field-rules.js';
import { UrlSafeId } from '../../platform/validation/url-safe-id.js';
import type { Quantity } from './known-order.js';
import { ORDER_STATUSES, type OrderStatus } from './order-status.js';

const MAX_ITEMS = 1_000;

/** One line of an order: one piece. */
export class OrderEventItem {
  @WholeNumber() chrt_id!: number;
}

/** What inventory needs of an event of `order-status`. */
export class OrderEvent {
  @UrlSafeId() order_uid!: string;
  @WholeNumber({ min: 1 }) version!: number;
  @WholeNumber({ min: 1 }) content_version!: number;
  @OneOf(ORDER_STATUSES) status!: OrderStatus;
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
