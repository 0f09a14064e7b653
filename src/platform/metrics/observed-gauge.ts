import { Gauge, register, type Registry } from 'prom-client';
import { MetricFailures } from './metric-failures.js';

/** Prometheus gives a scrape ten seconds by default, and loses all of its metrics when one of them takes longer. */
const READING_LIMIT_MS = 3_000;

/** `undefined`: there is no figure now, such as before the start is over. */
type Reading<Figure> = () => Figure | undefined | Promise<Figure | undefined>;

export type LabelledFigures = readonly (readonly [labelValue: string, figure: number])[];

/**
 * A gauge that is read when it is scraped. A reading that fails leaves the gauge out of that scrape, is logged, and
 * counts in `waybill_metric_failures_total`.
 *
 * @throws Error when the registry has a metric of that name
 */
export function observeGauge(
  name: string,
  help: string,
  read: Reading<number>,
  registry: Registry = register,
): void {
  const readWatched = watched(name, read, registry);
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const figure = await readWatched();
      if (figure === undefined) this.remove();
      else this.set(figure);
    },
  });
}

/** The same with one figure for each value of a label; what is no longer read is no longer there. */
export function observeGauges(
  name: string,
  help: string,
  label: string,
  read: Reading<LabelledFigures>,
  registry: Registry = register,
): void {
  const readWatched = watched(name, read, registry);
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const figures = (await readWatched()) ?? [];
      this.reset();
      for (const [labelValue, figure] of figures) this.set({ [label]: labelValue }, figure);
    },
  });
}

/** The same with one figure for each set of labels. */
export function observeLabelledGauge<Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
  read: Reading<readonly (readonly [labels: Record<Label, string>, figure: number])[]>,
  registry: Registry = register,
): void {
  const readWatched = watched(name, read, registry);
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      const figures = (await readWatched()) ?? [];
      this.reset();
      for (const [labels, figure] of figures) this.set(labels, figure);
    },
  });
}

/** The reading within its limit, as long as it goes well. Scrapes that come while one is under way share it. */
function watched<Figure>(
  name: string,
  read: Reading<Figure>,
  registry: Registry,
): () => Promise<Figure | undefined> {
  const failures = MetricFailures.of(registry);
  failures.watch(name);
  let underWay: Promise<Figure | undefined> | undefined;
  return async () => {
    underWay ??= (async () => read())().finally(() => (underWay = undefined));
    try {
      const figure = await inTime(underWay);
      failures.succeeded(name);
      return figure;
    } catch (error) {
      failures.failed(name, error);
      return undefined;
    }
  };
}

async function inTime<T>(reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const error = new Error(`the reading took longer than ${READING_LIMIT_MS} ms`);
    timer = setTimeout(reject, READING_LIMIT_MS, error);
  });
  try {
    return await Promise.race([reading, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
