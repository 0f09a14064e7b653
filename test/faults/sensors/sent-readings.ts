import type { Message } from 'kafkajs';
import type { Reading } from '../../../src/sensors/model/reading.js';
import type { Dice } from '../dice.js';

/** Names that a URL, a key of Redis, a statement or an object may take for something else. */
const AWKWARD_SENSORS = [
  ...['a/b?c#d%41', 'żółć 😀', 'x'.repeat(255), ' ', "it's; DROP TABLE", '{"json":1}', '*', '\\', '-0'],
  ...['__proto__', 'constructor', 'sensor:1', 'Sensor-1', '\u2028', 'e\u0301', '\u00e9', '\u001f', '%'],
];
const EPOCH_SECONDS = 1_700_000_000;
/** Readings that are sent in the time of one second, on the whole. */
const READINGS_A_SECOND = 1_000;
/** How far from their time readings arrive, either way. */
const SPREAD_SECONDS = 120;
const TIE_SHARE = 0.1;
const VALUES_A_UNIT = 8;

/** A reading in the topic; its place is its offset in the one partition. */
export interface SentReading extends Reading {
  readonly place: number;
}

/** Whether one reading of a sensor is newer than another: by its time, then by its place in the topic. */
export const isSentLater = (one: SentReading, other: SentReading): boolean =>
  one.timestamp > other.timestamp || (one.timestamp === other.timestamp && one.place > other.place);

/** The place of a reading whose value came back: each has a value of its own, an exact double. */
export const placeOfValue = (value: number): number => value * VALUES_A_UNIT;

export interface SentReadingsOptions {
  readonly sensors: number;
  readonly dice: Dice;
  /** Sensors that a tombstone is to come for; half of them then send nothing any more. */
  readonly forgottenSensors?: number;
  /** All that will be sent. */
  readonly total: number;
}

/**
 * All that was sent to the one partition, and what has to be there of it. Times are not in the order of arrival, and the
 * latest of some sensors are of one second.
 */
export class SentReadings {
  readonly sensorIds: readonly string[];
  /** By place; a tombstone has its sensor's id. */
  readonly all: (SentReading | string)[] = [];
  private readonly newest = new Map<string, SentReading>();
  /** Where a tombstone comes, and for which sensor. */
  private readonly tombstones = new Map<number, string>();
  private readonly silent = new Set<string>();

  constructor(private readonly options: SentReadingsOptions) {
    const { sensors, dice, forgottenSensors = 0, total } = options;
    const plain = Array.from({ length: sensors - AWKWARD_SENSORS.length }, (_, n) => `sensor-${n + 1}`);
    this.sensorIds = [...plain, ...AWKWARD_SENSORS];
    for (let n = 0; n < forgottenSensors; n++) {
      // The last event is a reading, by which the end is known.
      this.tombstones.set(1 + dice.below(total - 2), this.sensorIds.at(-1 - n)!);
    }
  }

  /** Sensors that no tombstone comes for. */
  get lastingSensors(): string[] {
    const forgotten = new Set(this.tombstones.values());
    return this.sensorIds.filter((sensorId) => !forgotten.has(sensorId));
  }

  /** The next events, in the order in which they have to be sent. */
  next(count: number): Message[] {
    return Array.from({ length: count }, () => this.nextMessage());
  }

  /** What has to be stored in the end, by place. */
  expected(): Map<number, SentReading> {
    const kept = new Map<number, SentReading>();
    const gone = new Set<string>();
    for (const event of this.all.toReversed()) {
      if (typeof event === 'string') gone.add(event);
      else if (!gone.has(event.sensor_id)) kept.set(event.place, event);
    }
    return kept;
  }

  private nextMessage(): Message {
    const { dice } = this.options;
    const place = this.all.length;
    const forgotten = this.tombstones.get(place);
    if (forgotten !== undefined) {
      this.all.push(forgotten);
      this.newest.delete(forgotten);
      if (dice.roll() < 0.5) this.silent.add(forgotten);
      return { key: forgotten, value: null };
    }
    const sensor_id = this.someSensor(place);
    const newest = this.newest.get(sensor_id);
    const around = EPOCH_SECONDS + Math.floor(place / READINGS_A_SECOND);
    const reading: SentReading = {
      sensor_id,
      value: place / VALUES_A_UNIT,
      timestamp:
        newest !== undefined && dice.roll() < TIE_SHARE
          ? newest.timestamp
          : around + dice.below(2 * SPREAD_SECONDS) - SPREAD_SECONDS,
      place,
    };
    if (newest === undefined || isSentLater(reading, newest)) this.newest.set(sensor_id, reading);
    this.all.push(reading);
    const { value, timestamp } = reading;
    return { key: sensor_id, value: JSON.stringify({ sensor_id, value, timestamp }) };
  }

  private someSensor(place: number): string {
    if (place < this.sensorIds.length) {
      const sensorId = this.sensorIds[place]!;
      if (!this.silent.has(sensorId)) return sensorId;
    }
    for (;;) {
      const sensorId = this.options.dice.pick(this.sensorIds);
      if (!this.silent.has(sensorId)) return sensorId;
    }
  }
}
