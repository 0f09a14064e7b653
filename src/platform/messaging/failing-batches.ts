import { Injectable } from '@nestjs/common';
import { Health, type PartState } from '../health/health.js';
import { observeLabelledGauge } from '../metrics/observed-gauge.js';

/** From then on it is worth an operator's look: what passes by itself mostly has by then. */
const TOLD_AFTER_MS = 60_000;
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

/** Where a batch stands, and its first offset. */
export interface BatchPlace {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
}

/** Knows which partitions have been failing for how long, and tells operators in `/health` and metrics. */
@Injectable()
export class FailingBatches {
  private readonly assigned = new Map<string, ReadonlySet<number>>();
  private readonly failing = new Map<string, Map<number, FailingBatch>>();

  constructor(health: Health) {
    health.addRemark('batches', () => this.state());
    observeLabelledGauge(
      'waybill_consumer_failing_seconds',
      'Seconds that a batch of a partition has been failing for, and why; 0 when none is',
      ['topic', 'partition', 'reason'],
      () => this.seconds(),
    );
  }

  /** These partitions of a topic are ours from now on, and no others. */
  assign(topic: string, partitions: readonly number[]): void {
    this.assigned.set(topic, new Set(partitions));
    for (const partition of this.failing.get(topic)?.keys() ?? []) {
      if (!partitions.includes(partition)) this.done(topic, partition);
    }
  }

  /** A batch has failed once more. */
  failed({ topic, partition, firstOffset }: BatchPlace, error: Error): void {
    const ofTopic = this.failing.get(topic) ?? new Map<number, FailingBatch>();
    const sinceMs = ofTopic.get(partition)?.sinceMs ?? performance.now();
    const code = codeOf(error);
    ofTopic.set(partition, { sinceMs, firstOffset, code, reason: reasonOf(error, code) });
    this.failing.set(topic, ofTopic);
  }

  done(topic: string, partition: number): void {
    this.failing.get(topic)?.delete(partition);
  }

  private state(): PartState {
    const told = this.all().filter(({ sinceMs }) => performance.now() - sinceMs >= TOLD_AFTER_MS);
    if (told.length === 0) return { up: true };
    const lines = told.slice(0, MOST_TOLD).map(({ topic, partition, sinceMs, firstOffset, reason }) => {
      const seconds = Math.round((performance.now() - sinceMs) / 1_000);
      return `${topic}/${partition} has been failing at offset ${firstOffset} for ${seconds} s: ${reason}`;
    });
    if (told.length > MOST_TOLD) lines.push(`and ${told.length - MOST_TOLD} more`);
    return { up: false, detail: lines.join('; ') };
  }

  private seconds(): [labels: Record<string, string>, seconds: number][] {
    const figures: [Record<string, string>, number][] = [];
    for (const [topic, partitions] of this.assigned) {
      for (const partition of partitions) {
        if (this.failing.get(topic)?.has(partition)) continue;
        figures.push([{ topic, partition: String(partition), reason: '' }, 0]);
      }
    }
    for (const { topic, partition, sinceMs, code } of this.all()) {
      const seconds = (performance.now() - sinceMs) / 1_000;
      figures.push([{ topic, partition: String(partition), reason: code }, seconds]);
    }
    return figures;
  }

  private all(): (FailingBatch & { topic: string; partition: number })[] {
    return [...this.failing].flatMap(([topic, partitions]) =>
      [...partitions].map(([partition, batch]) => ({ ...batch, topic, partition })),
    );
  }
}

function codeOf(error: Error): string {
  const { code } = ((error as { driverError?: unknown }).driverError ?? error) as { code?: unknown };
  return typeof code === 'string' && code !== '' ? code : error.name;
}

function reasonOf({ message }: Error, code: string): string {
  const safe = SQLSTATE.test(code) ? BEFORE_VALUES.exec(message)![0].trim() : message;
  return `${code} ${safe.split('\n')[0]!.slice(0, MAX_REASON_LENGTH)}`;
}
