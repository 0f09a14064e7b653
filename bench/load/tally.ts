import { createHistogram } from 'node:perf_hooks';
import type { LoadResult } from './load-options.js';

/** Counts the answers of a load as they come. */
export class Tally {
  private readonly latenciesUs = createHistogram();
  private startedAtMs = 0;
  private answeredAtMs = 0;
  private refused = 0;

  /** Starts the clock. */
  start(): void {
    this.startedAtMs = performance.now();
  }

  answer(status: number, ms: number): void {
    this.answeredAtMs = performance.now();
    this.latenciesUs.record(Math.max(1, Math.round(ms * 1_000)));
    if (status >= 400) this.refused++;
  }

  result(tool: LoadResult['tool'], errors: number, bytes: number): LoadResult {
    const { latenciesUs, refused } = this;
    const seconds = (this.answeredAtMs - this.startedAtMs) / 1_000;
    const answers = latenciesUs.count;
    return {
      tool,
      seconds,
      answers,
      answersPerSecond: answers / seconds,
      p50Ms: latenciesUs.percentile(50) / 1_000,
      p99Ms: latenciesUs.percentile(99) / 1_000,
      maxMs: latenciesUs.max / 1_000,
      refused,
      errors,
      bytes,
    };
  }
}
