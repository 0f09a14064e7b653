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
