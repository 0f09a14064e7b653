import { LRUCache } from 'lru-cache';
import type { ForgottenSensor, StoredReading } from '../model/reading.js';

const MAX_SENSORS = 100_000;
/** Longer than any look-up takes that may have begun before the sensor was forgotten. */
const REMEMBERED_MS = 10_000;

/** What was forgotten lately, so that a look-up which began before does not bring it back. */
export class ForgottenSensors {
  private readonly lastIds = new LRUCache<string, number>({ max: MAX_SENSORS, ttl: REMEMBERED_MS });

  add({ sensorId, lastId }: ForgottenSensor): void {
    this.lastIds.set(sensorId, Math.max(lastId, this.lastIds.get(sensorId) ?? 0));
  }

  includes({ sensor_id, id }: StoredReading): boolean {
    return this.lastIds.size > 0 && id <= (this.lastIds.get(sensor_id) ?? 0);
  }
}
