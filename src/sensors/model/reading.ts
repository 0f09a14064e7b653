import { FiniteNumber } from '../../platform/validation/field-rules.js';
import { ReadingTime } from './reading-time.js';
import { SensorId } from './sensor-id.js';

/** What a sensor has measured. */
export class Reading {
  @SensorId() sensor_id!: string;
  @FiniteNumber() value!: number;
  /** Unix seconds. */
  @ReadingTime() timestamp!: number;
}

/** Header of the event that is the copy of a reading which is stored already: its id. */
export const READING_ID_HEADER = 'reading_id';

/** A reading that is stored. */
export interface StoredReading extends Reading {
  /** Grows with each reading that is stored. */
  readonly id: number;
}

/** A sensor of which all readings up to an id are gone, or are going. */
export interface ForgottenSensor {
  readonly sensorId: string;
  readonly lastId: number;
}

/** What the readings of a sensor are ordered by, and where a page of a list ends. */
export type ReadingPlace = Pick<StoredReading, 'timestamp' | 'id'>;

/**
 * Whether one reading of a sensor is newer than another: by its own time, and of one second by which was stored later;
 * never by when it came to whom.
 */
export function isNewer(one: ReadingPlace, other: ReadingPlace): boolean {
  return one.timestamp > other.timestamp || (one.timestamp === other.timestamp && one.id > other.id);
}

/** A value as a JSON number that is the same double again: JSON.stringify would write -0 as 0. */
export const encodeValue = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** The canonical JSON text of a reading: `{"sensor_id":"sensor-123","value":16.21,"timestamp":1795254597}`. */
export const encodeReading = ({ sensor_id, value, timestamp }: Reading): string =>
  `{"sensor_id":${JSON.stringify(sensor_id)},"value":${encodeValue(value)},"timestamp":${timestamp}}`;
