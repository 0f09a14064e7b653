import { Gauge, register } from 'prom-client';

/** A gauge that is read when it is scraped. A reading that fails leaves the gauge out of that scrape. */
export function observeGauge(name: string, help: string, read: () => number | Promise<number>): void {
  register.removeSingleMetric(name);
  new Gauge({
    name,
    help,
    async collect() {
      try {
        this.set(await read());
      } catch {
        this.reset();
        this.remove();
      }
    },
  });
}

/** The same with one figure for each value of a label; what is no longer read is no longer there. */
export function observeGauges(
  name: string,
  help: string,
  label: string,
  read: () => Promise<readonly (readonly [labelValue: string, figure: number])[]>,
): void {
  register.removeSingleMetric(name);
  new Gauge({
    name,
    help,
    labelNames: [label],
    async collect() {
      const figures = await read().catch(() => []);
      this.reset();
      for (const [labelValue, figure] of figures) this.set({ [label]: labelValue }, figure);
    },
  });
}
