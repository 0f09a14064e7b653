import { ProblemError, type ProblemFault } from '../../platform/http/problem.js';
import { describeFaults } from '../model/field-fault.js';
import type { ListPosition, OrderFilter } from '../model/order-filter.js';
import { ORDER_STATUSES, type OrderStatus } from '../model/order-status.js';
import { isOrderUid } from '../model/order-uid.js';
import { isStorableDateTime } from '../model/rfc3339.js';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 500;

/** The parameters of `GET /api/orders`, checked. */
export interface OrderListQuery {
  readonly limit: number;
  readonly after?: ListPosition;
  readonly filter: OrderFilter;
}

/** A parameter that is given twice comes as a list. */
export type QueryParameters = Readonly<Record<string, string | string[]>>;

type Check<T> = (text: string) => T | undefined;

const aText: Check<string> = (text) => (text === '' || /[\0]/.test(text) ? undefined : text);

const aLimit: Check<number> = (text) => {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= MAX_LIMIT ? limit : undefined;
};

const aStatus: Check<OrderStatus> = (text) => ORDER_STATUSES.find((status) => status === text);

/** An RFC 3339 date-time, or a date, which is its first moment in UTC. A `+` that came unencoded is a space. */
const aMoment: Check<number> = (text) => {
  const full = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text.replace(' ', '+');
  return isStorableDateTime(full) ? Date.parse(full.toUpperCase()) : undefined;
};

const aCursor: Check<ListPosition> = (text) => {
  const [receivedAt = '', orderUid = ''] = Buffer.from(text, 'base64url').toString('latin1').split('/');
  return /^\d{1,16}$/.test(receivedAt) && isOrderUid(orderUid)
    ? { receivedAtUs: Number(receivedAt), orderUid }
    : undefined;
};

/** The cursor of the page after a position: opaque to the client. */
export function cursorOf({ receivedAtUs, orderUid }: ListPosition): string {
  return Buffer.from(`${receivedAtUs}/${orderUid}`, 'latin1').toString('base64url');
}

/** @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parseOrderListQuery(parameters: QueryParameters): OrderListQuery {
  const left = new Map(Object.entries(parameters));
  const faults: ProblemFault[] = [];
  function take<T>(name: string, check: Check<T>, expected: string): T | undefined {
    const given = left.get(name);
    left.delete(name);
    if (given === undefined) return undefined;
    const value = typeof given === 'string' ? check(given) : undefined;
    if (value === undefined) faults.push({ path: name, detail: `must be ${expected}, given once` });
    return value;
  }

  const limit = take('limit', aLimit, `a whole number from 1 to ${MAX_LIMIT}`);
  const after = take('cursor', aCursor, 'a cursor from the Link header of a page');
  const moment = 'an RFC 3339 time or date, such as 2021-11-26T06:22:19Z';
  const filter: OrderFilter = {
    customerId: take('customer_id', aText, 'a text that is not empty'),
    trackNumber: take('track_number', aText, 'a text that is not empty'),
    deliveryService: take('delivery_service', aText, 'a text that is not empty'),
    status: take('status', aStatus, `one of ${ORDER_STATUSES.join(', ')}`),
    fromMs: take('from', aMoment, moment),
    toMs: take('to', aMoment, moment),
  };
  for (const name of left.keys()) faults.push({ path: name, detail: 'is not a parameter of this list' });
  if (faults.length > 0) {
    throw new ProblemError(400, `the query is not valid: ${describeFaults(faults)}`, { errors: faults });
  }
  return { limit: limit ?? DEFAULT_LIMIT, after, filter };
}
