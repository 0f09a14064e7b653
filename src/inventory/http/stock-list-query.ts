import { cursorOf, placeOf, takeLimit } from '../../platform/http/pages.js';
import {
  aWholeNumber,
  type Check,
  oneOf,
  ParameterReader,
  type Parameters,
} from '../../platform/http/request-parameters.js';
import { STOCK_ORDERS, type StockFilter, type StockOrder, type StockPlace } from '../model/stock-filter.js';
import { MAX_ON_HAND } from '../model/stock-level.js';
import { CHRT_ID_TEXT, chrtIdOf } from '../model/stock-request.js';

export const MAX_LIMIT = 1_000;
const CURSOR = 'a cursor from the Link header of a page';
const anAvailable = aWholeNumber(0, MAX_ON_HAND);

const aMovement: Check<number> = (text) => {
  const [place = '', ...others] = placeOf(text);
  return others.length > 0 ? undefined : chrtIdOf(place);
};

const inOrder =
  (order: StockOrder): Check<StockPlace> =>
  (text) => {
    const parts = placeOf(text);
    const chrtId = chrtIdOf(parts.pop() ?? '');
    if (chrtId === undefined) return undefined;
    if (order === 'chrt_id') return parts.length === 0 ? { chrtId } : undefined;
    const available = parts.length === 1 ? anAvailable(parts[0]!) : undefined;
    return available === undefined ? undefined : { available, chrtId };
  };

export const cursorAfterMovement = (id: number): string => cursorOf(id);
export const cursorAfter = ({ available, chrtId }: StockPlace): string =>
  available === undefined ? cursorOf(chrtId) : cursorOf(available, chrtId);

/** The parameters of a list, checked. */
export interface StockListQuery {
  readonly limit: number;
  readonly order: StockOrder;
  readonly after: StockPlace | undefined;
  readonly filter: StockFilter;
}

/** @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parseStockListQuery(parameters: Parameters): StockListQuery {
  const reader = new ParameterReader(parameters);
  const limit = takeLimit(reader, MAX_LIMIT);
  const order = reader.take('order', oneOf(STOCK_ORDERS), `one of ${STOCK_ORDERS.join(', ')}`) ?? 'chrt_id';
  const after = reader.take('cursor', inOrder(order), `${CURSOR} of the same order`);
  const filter: StockFilter = {
    nmId: reader.take('nm_id', chrtIdOf, CHRT_ID_TEXT),
    below: reader.take('below', aWholeNumber(1, MAX_ON_HAND), `a whole number from 1 to ${MAX_ON_HAND}`),
  };
  reader.refuseOthers('is not a parameter of this list');
  reader.throwFaults('the query');
  return { limit, order, after, filter };
}

/** The parameters of `GET /api/inventory/:chrt_id/movements`, checked. */
export interface MovementListQuery {
  readonly limit: number;
  readonly after: number | undefined;
}

/** @throws ProblemError 400, as above */
export function parseMovementListQuery(parameters: Parameters): MovementListQuery {
  const reader = new ParameterReader(parameters);
  const limit = takeLimit(reader, MAX_LIMIT);
  const after = reader.take('cursor', aMovement, CURSOR);
  reader.refuseOthers('is not a parameter of this list');
  reader.throwFaults('the query');
  return { limit, after };
}
