import { cursorOf, placeOf, takeLimit } from '../../platform/http/pages.js';
import {
  aMoment,
  aText,
  type Check,
  MOMENT,
  oneOf,
  ParameterReader,
  type Parameters,
  TEXT,
} from '../../platform/http/request-parameters.js';
import type { ListPosition, OrderFilter } from '../model/order-filter.js';
import { ORDER_STATUSES } from '../model/order-life.js';
import { PAYMENT_STATUSES, SHIPMENT_STATUSES } from '../model/order-states.js';
import { isUrlSafeId } from '../../platform/validation/url-safe-id.js';

export const MAX_LIMIT = 500;
/** What a list shows of each order: all of it, or what fits in a row. */
export const LIST_VIEWS = ['full', 'summary'] as const;
export type ListView = (typeof LIST_VIEWS)[number];

/** The parameters of `GET /api/orders`, checked. */
export interface OrderListQuery {
  readonly limit: number;
  readonly view: ListView;
  readonly after?: ListPosition;
  readonly filter: OrderFilter;
}

const aPosition: Check<ListPosition> = (text) => {
  const [receivedAt = '', orderUid = ''] = placeOf(text);
  return /^\d{1,16}$/.test(receivedAt) && isUrlSafeId(orderUid)
    ? { receivedAtUs: Number(receivedAt), orderUid }
    : undefined;
};

/** One of the choices, or several with commas between them. */
const someOf =
  <Choice extends string>(choices: readonly Choice[]): Check<readonly Choice[]> =>
  (text) => {
    const chosen = text.split(',').map((one) => choices.find((choice) => choice === one));
    return chosen.includes(undefined) ? undefined : [...new Set(chosen as Choice[])];
  };
const listed = (choices: readonly string[]): string => `one or more, with commas, of ${choices.join(', ')}`;

/** The cursor of the page after a position. */
export function cursorAfter({ receivedAtUs, orderUid }: ListPosition): string {
  return cursorOf(receivedAtUs, orderUid);
}

/** @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parseOrderListQuery(parameters: Parameters): OrderListQuery {
  const reader = new ParameterReader(parameters);
  const limit = takeLimit(reader, MAX_LIMIT);
  const after = reader.take('cursor', aPosition, 'a cursor from the Link header of a page');
  const view = reader.take('view', oneOf<ListView>(LIST_VIEWS), `one of ${LIST_VIEWS.join(', ')}`);
  const filter: OrderFilter = {
    customerId: reader.take('customer_id', aText, TEXT),
    trackNumber: reader.take('track_number', aText, TEXT),
    deliveryService: reader.take('delivery_service', aText, TEXT),
    statuses: reader.take('status', someOf(ORDER_STATUSES), listed(ORDER_STATUSES)),
    paymentStatuses: reader.take('payment_status', someOf(PAYMENT_STATUSES), listed(PAYMENT_STATUSES)),
    shipmentStatuses: reader.take('shipment_status', someOf(SHIPMENT_STATUSES), listed(SHIPMENT_STATUSES)),
    from: reader.take('from', aMoment, MOMENT),
    to: reader.take('to', aMoment, MOMENT),
  };
  reader.refuseOthers('is not a parameter of this list');
  reader.throwFaults('the query');
  return { limit, view: view ?? 'full', after, filter };
}
