import { Injectable } from '@nestjs/common';
import { Health, type PartState } from '../health/health.js';
import { observeLabelledGauge } from '../metrics/observed-gauge.js';

/** After this `/health` reports the failure: most that pass by themselves have passed by then. */
const TOLD_AFTER_MS = 60_000;
/** An attempt that has neither ended nor failed after this is reported as failing, too. */
export const SLOW_MS = 5_000;
const MOST_TOLD = 5;
const MAX_REASON_LENGTH = 200;
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** PostgreSQL's messages name the value at fault behind a colon or in quotes. */
const BEFORE_VALUES = /^[^:"'«„]*/;

interface FailingBatch {
  readonly sinceMs: number;
  readonly firstOffset: number;
  /** A word for metrics, such as a SQLSTATE. */
  readonly code: string;
  /** Without what was in the events. */
  readonly reason: string;
}

/** A topic, as a context reads it. */
interface Subscribed {
  readonly context: string;
  readonly topic: string;
  /** Whether it is read from its beginning, beside what processes share of it. */
  readonly isReplay?: boolean;
}

/** A partition, as a context reads it. */
export interface PartitionPlace extends Subscribed {
  readonly partition: number;
}

/** A batch, by its partition and first offset. */
export interface BatchPlace extends PartitionPlace {
  readonly firstOffset: number;
}

/** Tracks which partitions have been failing for how long, and shows it in `/health` and the metrics. */
@Injectable()
export class FailingBatches {
  /** The partitions assigned to this process, each with its failing batch, if any. */
  private readonly subscribed = new Map<
    string,
    Subscribed & { partitions: Map<number, FailingBatch | undefined> }
  >();

  constructor(health: Health) {
    health.addRemark('batches', () => this.state());
    observeLabelledGauge(
      'waybill_consumer_failing_seconds',
      'Seconds that a batch of a partition has been failing, and why (SQLSTATE, name of the error, or slow); 0 when healthy. Look after a minute: the partition does not advance',
      ['context', 'topic', 'partition', 'reason'],
      () => this.seconds(),
    );
  }

  /** Called after an assignment: the process reads these partitions of the topic, and no others. */
  assign(
    context: string,
    topic: string,
    partitions: readonly number[],
    { isReplay = false }: Pick<Subscribed, 'isReplay'> = {},
  ): void {
    const known = this.partitionsOf({ context, topic, isReplay });
    for (const partition of known.keys()) if (!partitions.includes(partition)) known.delete(partition);
    for (const partition of partitions) if (!known.has(partition)) known.set(partition, undefined);
  }

  /** A batch has failed once more. */
  failed({ firstOffset, ...place }: BatchPlace, error: Error): void {
    const ofTopic = this.partitionsOf(place);
    const sinceMs = ofTopic.get(place.partition)?.sinceMs ?? performance.now();
    const code = codeOf(error);
    ofTopic.set(place.partition, { sinceMs, firstOffset, code, reason: reasonOf(error, code) });
  }

  /** Called when an attempt at a batch takes very long; it may still end. */
  slow({ firstOffset, ...place }: BatchPlace): void {
    const ofTopic = this.partitionsOf(place);
    if (!ofTopic.has(place.partition) || ofTopic.get(place.partition) !== undefined) return;
    const reason = 'its handler does not come to an end';
    ofTopic.set(place.partition, { sinceMs: performance.now() - SLOW_MS, firstOffset, code: 'slow', reason });
  }

  done(place: PartitionPlace): void {
    const ofTopic = this.partitionsOf(place);
    if (ofTopic.has(place.partition)) ofTopic.set(place.partition, undefined);
  }

  private state(): PartState {
    const told = this.all().flatMap(({ batch, ...place }) =>
      batch !== undefined && performance.now() - batch.sinceMs >= TOLD_AFTER_MS
        ? [{ ...place, ...batch }]
        : [],
    );
    if (told.length === 0) return { up: true };
    const lines = told
      .slice(0, MOST_TOLD)
      .map(({ context, topic, partition, sinceMs, firstOffset, reason }) => {
        const seconds = Math.round((performance.now() - sinceMs) / 1_000);
        return `${context}: ${topic}/${partition} has been failing at offset ${firstOffset} for ${seconds} s: ${reason}`;
      });
    if (told.length > MOST_TOLD) lines.push(`and ${told.length - MOST_TOLD} more`);
    return { up: false, detail: lines.join('; ') };
  }

  private seconds(): [labels: Record<string, string>, seconds: number][] {
    return this.all().map(({ context, topic, partition, batch }) => {
      const seconds = batch === undefined ? 0 : (performance.now() - batch.sinceMs) / 1_000;
      return [{ context, topic, partition: String(partition), reason: batch?.code ?? '' }, seconds];
    });
  }

  private partitionsOf(subscribed: Subscribed): Map<number, FailingBatch | undefined> {
    const key = keyOf(subscribed);
    const known = this.subscribed.get(key);
    if (known !== undefined) return known.partitions;
    const partitions = new Map<number, FailingBatch | undefined>();
    this.subscribed.set(key, { ...subscribed, partitions });
    return partitions;
  }

  private all(): (PartitionPlace & { batch: FailingBatch | undefined })[] {
    return [...this.subscribed.values()].flatMap(({ context, topic, partitions }) =>
      [...partitions].map(([partition, batch]) => ({ context, topic, partition, batch })),
    );
  }
}

const keyOf = ({ context, topic, isReplay = false }: Subscribed): string => `${context} ${topic} ${isReplay}`;

function codeOf(error: Error): string {
  const { code } = ((error as { driverError?: unknown }).driverError ?? error) as { code?: unknown };
  return typeof code === 'string' && code !== '' ? code : error.name;
}

function reasonOf({ message }: Error, code: string): string {
  const safe = SQLSTATE.test(code) ? BEFORE_VALUES.exec(message)![0].trim() : message;
  return `${code} ${safe.split('\n')[0]!.slice(0, MAX_REASON_LENGTH)}`;
}
