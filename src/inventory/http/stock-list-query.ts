import { cursorOf, placeOf, takeLimit } from '../../platform/http/pages.js';
import {
  aWholeNumber,
  type Check,
  ParameterReader,
  type Parameters,
} from '../../platform/http/request-parameters.js';
import type { StockFilter } from '../model/stock-filter.js';
import { MAX_ON_HAND } from '../model/stock-level.js';
import { CHRT_ID_TEXT, chrtIdOf } from '../model/stock-request.js';

export const MAX_LIMIT = 1_000;
const CURSOR = 'a cursor from the Link header of a page';

const aPlace: Check<number> = (text) => {
  const [place = '', ...others] = placeOf(text);
  return others.length > 0 ? undefined : chrtIdOf(place);
};

export const cursorAfter = (place: number): string => cursorOf(place);

/** The parameters of a list, checked. */
export interface StockListQuery {
  readonly limit: number;
  readonly after: number | undefined;
  readonly filter: StockFilter;
}

/** @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parseStockListQuery(parameters: Parameters): StockListQuery {
  const reader = new ParameterReader(parameters);
  const limit = takeLimit(reader, MAX_LIMIT);
  const after = reader.take('cursor', aPlace, CURSOR);
  const filter: StockFilter = {
    nmId: reader.take('nm_id', chrtIdOf, CHRT_ID_TEXT),
    below: reader.take('below', aWholeNumber(1, MAX_ON_HAND), `a whole number from 1 to ${MAX_ON_HAND}`),
  };
  reader.refuseOthers('is not a parameter of this list');
  reader.throwFaults('the query');
  return { limit, after, filter };
}

/** The same for `GET /api/inventory/:chrt_id/movements`. */
export function parseMovementListQuery(parameters: Parameters): Omit<StockListQuery, 'filter'> {
  const reader = new ParameterReader(parameters);
  const limit = takeLimit(reader, MAX_LIMIT);
  const after = reader.take('cursor', aPlace, CURSOR);
  reader.refuseOthers('is not a parameter of this list');
  reader.throwFaults('the query');
  return { limit, after };
}
