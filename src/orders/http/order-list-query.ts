import { cursorOf, placeOf, takeLimit } from '../../platform/http/pages.js';
import {
  type Check,
  oneOf,
  ParameterReader,
  type Parameters,
} from '../../platform/http/request-parameters.js';
import { isUrlSafeId } from '../../platform/validation/url-safe-id.js';
import type { ListPosition, OrderFilter } from '../model/order-filter.js';
import { takeFilter } from './order-filter-query.js';

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
  const filter = takeFilter(reader);
  reader.refuseOthers('is not a parameter of this list');
  reader.throwFaults('the query');
  return { limit, view: view ?? 'full', after, filter };
}
