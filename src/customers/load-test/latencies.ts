import { createHistogram } from 'node:perf_hooks';

const US_PER_MS = 1_000;

/** How long something took, many times; to 0.001 ms, and of that to about a thousandth. */
export class Latencies {
  private readonly histogram = createHistogram({ figures: 3 });

  add(ms: number): void {
    this.histogram.record(Math.max(1, Math.round(ms * US_PER_MS)));
  }

  get count(): number {
    return this.histogram.count;
  }

  /** In milliseconds. @param share in percent, such as 99.9 */
  percentile(share: number): number {
    return this.histogram.percentile(share) / US_PER_MS;
  }

  /** In milliseconds; 0 where there were none. */
  get max(): number {
    return this.count === 0 ? 0 : this.histogram.max / US_PER_MS;
  }
}
