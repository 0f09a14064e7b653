import { Counter, register } from 'prom-client';

/** How often something has happened since the last scrape. */
export interface PendingCount {
  count: number;
}

/**
 * A counter for the hottest paths: what happens is added to a plain number, and prom-client, which puts the labels
 * together to a key and looks it up each time, is told when it is scraped.
 */
export class FastCounter<LabelName extends string> {
  private readonly pending: { labels: Readonly<Record<LabelName, string>>; series: PendingCount }[] = [];

  constructor(name: string, help: string, labelNames: readonly LabelName[], registry = register) {
    const { pending } = this;
    new Counter({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        for (const { labels, series } of pending) {
          this.inc(labels, series.count);
          series.count = 0;
        }
      },
    });
  }

  /** To be called once for each set of labels, which is shown from then on, at first as 0. */
  series(labels: Readonly<Record<LabelName, string>>): PendingCount {
    const series = { count: 0 };
    this.pending.push({ labels, series });
    return series;
  }
}
