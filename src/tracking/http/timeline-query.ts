import { cursorOf, placeOf, takeLimit } from '../../platform/http/pages.js';
import { type Check, ParameterReader, type Parameters } from '../../platform/http/request-parameters.js';
import type { TimelinePosition } from '../model/timeline.js';

export const MAX_LIMIT = 1_000;
export const DEFAULT_LIMIT = 100;

/** The parameters of `GET /api/tracking/:track_number`, checked. */
export interface TimelineQuery {
  readonly limit: number;
  readonly after?: TimelinePosition;
}

const MOMENT_KEY = /^\d{5}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,60})?$/;

/** An id may hold anything, so it stands there in its bytes. */
const aPosition: Check<TimelinePosition> = (text) => {
  const [moment = '', rank = '', id = '', ...others] = placeOf(text);
  const eventId = Buffer.from(id, 'base64url').toString('utf8');
  const isPlace =
    MOMENT_KEY.test(moment) &&
    /^\d$/.test(rank) &&
    eventId !== '' &&
    !eventId.includes('\0') &&
    others.length === 0;
  return isPlace ? { moment, rank: Number(rank), eventId } : undefined;
};

/** The cursor of the page after a position. */
export const cursorAfter = ({ moment, rank, eventId }: TimelinePosition): string =>
  cursorOf(moment, rank, Buffer.from(eventId).toString('base64url'));

/** @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parseTimelineQuery(parameters: Parameters): TimelineQuery {
  const reader = new ParameterReader(parameters);
  const limit = takeLimit(reader, MAX_LIMIT, DEFAULT_LIMIT);
  const after = reader.take('cursor', aPosition, 'a cursor from the Link header of a page');
  reader.refuseOthers('is not a parameter of this list');
  reader.throwFaults('the query');
  return { limit, after };
}
