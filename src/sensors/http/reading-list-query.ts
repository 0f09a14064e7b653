import { cursorOf, placeOf, takeLimit } from '../../platform/http/pages.js';
import {
  aWholeNumber,
  type Check,
  ParameterReader,
  type Parameters,
} from '../../platform/http/request-parameters.js';
import type { ReadingPlace } from '../model/reading.js';
import type { ReadingFilter } from '../model/reading-filter.js';
import { isSensorId, SENSOR_ID } from '../model/sensor-id.js';

export const DEFAULT_LIMIT = 10;
export const MAX_LIMIT = 1_000;

/** The parameters of `GET /data`, checked. */
export interface ReadingListQuery {
  readonly limit: number;
  readonly after?: ReadingPlace;
  readonly filter: ReadingFilter;
}

export const aSensorId: Check<string> = (text) => (isSensorId(text) ? text : undefined);
const aTime = aWholeNumber(0, Number.MAX_SAFE_INTEGER);
const TIME = 'a whole number of Unix seconds';

const aPosition: Check<ReadingPlace> = (text) => {
  const [timestamp, id, ...others] = placeOf(text).map((part) => aTime(part));
  return timestamp === undefined || id === undefined || others.length > 0 ? undefined : { timestamp, id };
};

/** The cursor of the page after a position. */
export const cursorAfter = ({ timestamp, id }: ReadingPlace): string => cursorOf(timestamp, id);

/** @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parseReadingListQuery(parameters: Parameters): ReadingListQuery {
  const reader = new ParameterReader(parameters);
  const limit = takeLimit(reader, MAX_LIMIT, DEFAULT_LIMIT);
  const after = reader.take('cursor', aPosition, 'a cursor from the Link header of a page');
  const filter: ReadingFilter = {
    sensorId: reader.take('sensor_id', aSensorId, SENSOR_ID),
    from: reader.take('from', aTime, TIME),
    to: reader.take('to', aTime, TIME),
  };
  reader.refuseOthers('is not a parameter of this list');
  reader.throwFaults('the query');
  return { limit, after, filter };
}
