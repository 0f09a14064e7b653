import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { BatchedLookups, type FoundValues } from '../../platform/database/batched-lookups.js';
import { type ForgottenSensor, isNewer, type StoredReading } from '../model/reading.js';
import { ReadingRepository } from '../repository/reading.repository.js';
import { ForgottenSensors } from './forgotten-sensors.js';

/** Some 300 bytes each. */
const MAX_SENSORS = 100_000;
/** How old an answer from memory may be: this process may have stood still, and hear only next what was said meanwhile. */
const MAX_AGE_MS = 1_000;
const LOAD_TIMEOUT_MS = 5_000;

/**
 * The newest reading of each sensor that was asked for, in memory: what is not there is looked up in PostgreSQL, and those
 * of commits replace what they are newer than. They are never put where nothing is held, since readings come late, and the
 * table may hold a newer one. Only a process that hears of the commits of all others holds any. Never newer than what is
 * stored, and never older than what it has given before, until a sensor is forgotten.
 */
@Injectable()
export class LatestReadings {
  private readonly held = new LRUCache<string, StoredReading>({ max: MAX_SENSORS });
  private readonly lookups: BatchedLookups<StoredReading>;
  /** The sensors of each look-up under way, with the newest that was committed since it began. */
  private readonly underWay = new Set<Map<string, StoredReading | undefined>>();
  private readonly forgotten = new ForgottenSensors();
  private isHolding = false;
  private heardUntilMs = -Infinity;
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
    return performance.now() - this.heardUntilMs < MAX_AGE_MS ? this.held.get(sensorId) : undefined;
  }

  /** @returns undefined of a sensor that has no reading. @throws what the database says, and a TimeoutError */
  async read(sensorId: string): Promise<StoredReading | undefined> {
    const held = this.peek(sensorId);
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
    this.heardUntil(performance.now());
  }

  /** All that was committed until a moment of `performance.now()` was heard. Memory answers for a second more. */
  heardUntil(atMs: number): void {
    this.heardUntilMs = atMs;
  }

  /** Something that was said could not be understood, so what is held may be outdated. */
  startOver(): void {
    if (this.isHolding) this.hold();
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
      if (this.held.has(reading.sensor_id)) this.holdNewer(reading);
      else this.noteForLookups(reading);
    }
  }

  forget(sensor: ForgottenSensor): void {
    this.forgotten.add(sensor);
    const held = this.held.get(sensor.sensorId);
    if (held !== undefined && this.forgotten.includes(held)) this.held.delete(sensor.sensorId);
  }

  private holdNewer(reading: StoredReading): void {
    if (this.forgotten.includes(reading)) return;
    const held = this.held.get(reading.sensor_id);
    if (held === undefined || isNewer(reading, held)) this.held.set(reading.sensor_id, reading);
  }

  /** A look-up may have come too early for it. */
  private noteForLookups(reading: StoredReading): void {
    const { sensor_id: sensorId } = reading;
    for (const news of this.underWay) {
      const other = news.get(sensorId);
      if (news.has(sensorId) && (other === undefined || isNewer(reading, other))) news.set(sensorId, reading);
    }
  }

  private async load(sensorIds: readonly string[]): Promise<FoundValues<StoredReading>> {
    const { begun } = this;
    const news = new Map<string, StoredReading | undefined>(
      sensorIds.map((sensorId) => [sensorId, undefined]),
    );
    this.underWay.add(news);
    const found = await this.readings.latestOf(sensorIds).finally(() => this.underWay.delete(news));
    // What was asked for before may be older than a commit that nobody heard of.
    if (this.isHolding && begun === this.begun) {
      for (const reading of [...found, ...news.values()]) if (reading !== undefined) this.holdNewer(reading);
    }
    return {
      values: new Map(found.map((reading) => [reading.sensor_id, reading])),
      keys: sensorIds.length,
    };
  }
}
