import { fieldRule, kindUnlessText } from '../../platform/validation/field-rules.js';
import { isStorableText } from '../../platform/validation/storable-text.js';

const MAX_BYTES = 255;
/** UTF-8 takes up to three bytes for each of a string's code units. */
const MAX_BYTES_PER_CODE_UNIT = 3;
export const SENSOR_ID = `text of 1 to ${MAX_BYTES} bytes in UTF-8, without NUL`;

/** Whether a value can be the id of a sensor: {@link SENSOR_ID}. It is also a key of Kafka and of Redis. */
export function isSensorId(value: unknown): value is string {
  if (!isStorableText(value) || value.length === 0 || value.length > MAX_BYTES) return false;
  return value.length * MAX_BYTES_PER_CODE_UNIT <= MAX_BYTES || bytesOf(value) <= MAX_BYTES;
}

/** JSON Schema counts characters, of which there are as many as bytes at most. */
export const SensorId = (): PropertyDecorator =>
  fieldRule({
    name: 'sensorId',
    schema: { type: 'string', minLength: 1, maxLength: MAX_BYTES },
    accepts: isSensorId,
    expected: SENSOR_ID,
    found: (value) =>
      kindUnlessText(value) ?? (typeof value === 'string' ? `${bytesOf(value)} bytes` : undefined),
  });

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
