import type { Message } from 'kafkajs';
import { encodeReading, type Reading, type StoredReading } from '../../src/sensors/model/reading.js';

const FIRST_TIMESTAMP = Date.UTC(2026, 0, 1) / 1_000;
const HUNDREDTHS = 100;

/** One of each sensor after the other, a second later each time round; the values repeat themselves after a while. */
function benchReading(number: number, sensors: number): Reading {
  return {
    sensor_id: `sensor-${String(number % sensors).padStart(4, '0')}`,
    value: ((number * 7_919) % 10_000) / HUNDREDTHS,
    timestamp: FIRST_TIMESTAMP + Math.floor(number / sensors),
  };
}

/** Readings as the producer sends them. The same number always gives the same reading. */
export function readingEvents(count: number, sensors: number): Message[] {
  return Array.from({ length: count }, (_, number) => {
    const reading = benchReading(number, sensors);
    return { key: reading.sensor_id, value: encodeReading(reading) };
  });
}

/** The first reading of each sensor, by the ids that an empty table gives them. */
export function firstReadings(sensors: number): StoredReading[] {
  return Array.from({ length: sensors }, (_, number) => ({
    ...benchReading(number, sensors),
    id: number + 1,
  }));
}
