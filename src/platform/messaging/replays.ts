import { Injectable } from '@nestjs/common';
import type { RefusedEvent } from './received-event.js';

/** A record, by what tells it from another that stands in its place after a topic was made anew or compacted. */
export interface ReadAnchor {
  readonly offset: number;
  /** Its timestamp, 64 bits as Kafka has it. */
  readonly time: bigint;
  readonly key: Buffer | null;
}

/** How far a partition has been read. */
export interface ReadPosition {
  /** The offset that is read next. */
  readonly next: number;
  /** The last record that was read; none where there was none yet. */
  readonly anchor?: ReadAnchor | undefined;
}

/** Where reading may go on. */
export interface KeptPositions {
  /** By partition. */
  readonly positions: ReadonlyMap<number, ReadPosition>;
  /** Milliseconds since they were the ends of the partitions. */
  readonly ageMs: number;
}

/** What a context that holds all of a topic gives to its reading and hears of it, besides the events. */
export interface ReplayListener {
  /**
   * Where to go on from what was kept; undefined where nothing was.
   *
   * @param maxAgeMs how old it may be at most: a tombstone of before may be gone from the topic
   */
  resumeAt(maxAgeMs: number): Promise<KeptPositions | undefined>;
  /** The topic is read from its beginning once more: what was read before counts no longer once the end is passed. */
  restarted(): void;
  /** Keeps an event that fails for good, which is not the same in every process; without it, it is logged. */
  refused?(refused: RefusedEvent): Promise<void>;
}

/** How the reading of a topic stands. */
export interface ReplayReading {
  /** Whether it is being read from its beginning, for the first time or once more. */
  readonly isUnderWay: boolean;
  /** Milliseconds since all of the topic was last known to have been read; 0 when it is. */
  behindMs(): number;
  /** By partition. */
  positions(): ReadonlyMap<number, ReadPosition>;
  /** The first offset that each partition still has. */
  lowOffsets(): ReadonlyMap<number, number>;
}

/** Brings together who reads topics from their beginning, and the contexts that they are read for. */
@Injectable()
export class Replays {
  private readonly listeners = new Map<string, ReplayListener>();
  private readonly readings = new Map<string, ReplayReading>();

  /** @param topic as the code calls it */
  listen(context: string, topic: string, listener: ReplayListener): void {
    this.listeners.set(keyOf(context, topic), listener);
  }

  listenerOf(context: string, topic: string): ReplayListener | undefined {
    return this.listeners.get(keyOf(context, topic));
  }

  opened(context: string, topic: string, reading: ReplayReading): void {
    this.readings.set(keyOf(context, topic), reading);
  }

  /** Undefined as long as Kafka has not answered, and where topics are not kept. */
  readingOf(context: string, topic: string): ReplayReading | undefined {
    return this.readings.get(keyOf(context, topic));
  }
}

const keyOf = (context: string, topic: string): string => `${context} ${topic}`;
