import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { BatchedLookups, type FoundValues } from '../../platform/database/batched-lookups.js';
import { type ForgottenSensor, isNewer, type StoredReading } from '../model/reading.js';
import { ReadingRepository } from '../repository/reading.repository.js';
import { ForgottenSensors } from './forgotten-sensors.js';

/** Some 300 bytes each. */
const MAX_SENSORS = 100_000;
const LOAD_TIMEOUT_MS = 5_000;

/**
 * The newest reading of each sensor, in memory: those of commits are put in, and what is not there is looked up in
 * PostgreSQL. Only a process that hears of the commits of all others holds any. Never newer than what is stored, and never
 * older than what it has given before, until a sensor is forgotten.
 */
@Injectable()
export class LatestReadings {
  private readonly held = new LRUCache<string, StoredReading>({ max: MAX_SENSORS });
  private readonly lookups: BatchedLookups<StoredReading>;
  private readonly forgotten = new ForgottenSensors();
  private isHolding = false;
  /** How often it has begun to hear of commits. */
  private begun = 0;

  constructor(private readonly readings: ReadingRepository) {
    this.lookups = new BatchedLookups({
      query: (sensorIds) => this.load(sensorIds),
      maxQueries: 2,
      maxKeys: 100,
    });
  }

  /** From memory, at once; undefined where {@link read} has to be asked. */
  peek(sensorId: string): StoredReading | undefined {
    return this.held.get(sensorId);
  }

  /** @returns undefined of a sensor that has no reading. @throws what the database says, and a TimeoutError */
  async read(sensorId: string): Promise<StoredReading | undefined> {
    const held = this.held.get(sensorId);
    if (held !== undefined) return held;
    const loaded = await this.lookups.find(sensorId, AbortSignal.timeout(LOAD_TIMEOUT_MS));
    const heldMeanwhile = this.held.get(sensorId);
    if (heldMeanwhile !== undefined) return heldMeanwhile;
    return loaded === undefined || this.forgotten.includes(loaded) ? undefined : loaded;
  }

  /** From now on it hears of each commit. */
  hold(): void {
    this.held.clear();
    this.isHolding = true;
    this.begun++;
  }

  /** Commits may be missed, so nothing is kept until {@link hold}. */
  holdNothing(): void {
    this.isHolding = false;
    this.held.clear();
  }

  /** Readings that were committed, in any order. */
  put(stored: readonly StoredReading[]): void {
    if (!this.isHolding) return;
    for (const reading of stored) {
      if (this.forgotten.includes(reading)) continue;
      const held = this.held.get(reading.sensor_id);
      if (held === undefined || isNewer(reading, held)) this.held.set(reading.sensor_id, reading);
    }
  }

  forget(sensor: ForgottenSensor): void {
    this.forgotten.add(sensor);
    const held = this.held.get(sensor.sensorId);
    if (held !== undefined && this.forgotten.includes(held)) this.held.delete(sensor.sensorId);
  }

  private async load(sensorIds: readonly string[]): Promise<FoundValues<StoredReading>> {
    const { begun } = this;
    const found = await this.readings.latestOf(sensorIds);
    // What was asked for before may be older than a commit that nobody heard of.
    if (begun === this.begun) this.put(found);
    return {
      values: new Map(found.map((reading) => [reading.sensor_id, reading])),
      keys: sensorIds.length,
    };
  }
}
