import { Latencies } from '../../src/customers/load-test/latencies.js';
import type { Kind, KindResult } from './load-task.js';

const MS_PER_SECOND = 1_000;

/** Counts what becomes of the requests of one kind. */
export class KindTally {
  /** How many were sent. */
  sent = 0;
  /** Answers with something else than what was asked for. */
  mistaken = 0;
  private readonly latencies = new Latencies();
  private readonly refused = new Map<number, number>();
  private lastAtMs: number | undefined;

  /** @param expected the statuses of answers as they should be */
  constructor(
    private readonly kind: Kind,
    private readonly expected: ReadonlySet<number>,
  ) {}

  answer(status: number, dueAtMs: number, nowMs: number): void {
    this.lastAtMs = nowMs;
    this.latencies.add(nowMs - dueAtMs);
    if (!this.expected.has(status)) this.refused.set(status, (this.refused.get(status) ?? 0) + 1);
  }

  /** @param unsent how many more were due */
  result(startedAtMs: number, unsent: number): KindResult {
    const { kind, latencies, sent, mistaken, lastAtMs } = this;
    const refused = [...this.refused.values()].reduce((sum, count) => sum + count, 0);
    return {
      kind,
      asked: sent + unsent,
      answers: latencies.count - refused,
      refused: Object.fromEntries(this.refused),
      unanswered: sent + unsent - latencies.count,
      mistaken,
      seconds: ((lastAtMs ?? startedAtMs) - startedAtMs) / MS_PER_SECOND,
      p50Ms: latencies.percentile(50),
      p99Ms: latencies.percentile(99),
      p999Ms: latencies.percentile(99.9),
      maxMs: latencies.max,
    };
  }
}
