import { aWholeNumber, ParameterReader, type Parameters } from '../../platform/http/request-parameters.js';
import { SENSOR_ID } from '../model/sensor-id.js';
import { aSensorId } from './reading-list-query.js';

const anId = aWholeNumber(0, Number.MAX_SAFE_INTEGER);

/** What `GET /data/stream` is asked for, checked. */
export interface ReadingStreamQuery {
  /** Of all sensors where it is not given. */
  readonly sensorId: string | undefined;
  /** The id of the last reading that the client has. */
  readonly lastId: number | undefined;
}

/** @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
export function parseReadingStreamQuery(
  parameters: Parameters,
  lastEventId: string | undefined,
): ReadingStreamQuery {
  const reader = new ParameterReader(parameters);
  const sensorId = reader.take('sensor_id', aSensorId, SENSOR_ID);
  reader.refuseOthers('is not a parameter of this stream');
  const lastId = lastEventId === undefined ? undefined : anId(lastEventId);
  if (lastEventId !== undefined && lastId === undefined) {
    reader.fault('Last-Event-ID', 'must be the id of an event of this stream');
  }
  reader.throwFaults('the query');
  return { sensorId, lastId };
}
