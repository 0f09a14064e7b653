import fc from 'fast-check';
import { Reading } from '../../src/sensors/model/reading.js';
import { arbitraryFiniteNumber, arbitraryText } from './arbitrary-fields.js';

const MAX_SENSOR_ID_BYTES = 255;

/** Any id that a sensor can have, the longest often. */
export function arbitrarySensorId(): fc.Arbitrary<string> {
  const longest = fc.constantFrom('x'.repeat(255), 'ł'.repeat(127), '😀'.repeat(63) + 'abc');
  const any = arbitraryText({ minLength: 1 }).filter(
    (text) => text !== '' && Buffer.byteLength(text) <= MAX_SENSOR_ID_BYTES,
  );
  return fc.oneof({ weight: 10, arbitrary: any }, { weight: 1, arbitrary: longest });
}

/** Any valid reading of now or before. */
export function arbitraryReading(): fc.Arbitrary<Reading> {
  return fc
    .record({
      sensor_id: arbitrarySensorId(),
      value: arbitraryFiniteNumber(),
      timestamp: fc.oneof(fc.nat({ max: Math.floor(Date.now() / 1_000) }), fc.constant(0)),
    })
    .map((fields) => Object.assign(new Reading(), fields));
}
