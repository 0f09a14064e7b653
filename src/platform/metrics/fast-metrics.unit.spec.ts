import fc from 'fast-check';
import { Counter, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { FastCounter } from './fast-counter.js';
import { FastHistogram } from './fast-histogram.js';

const NAME = 'waiting_seconds';
const HELP = 'A backslash \\ and\na line';
const LABELS = [
  { method: 'GET', status: 200 },
  { method: 'GET', status: 404 },
  { method: 'A "quoted" \\ one', status: 200 },
];

/** What happens, as the place of its labels and a value, with a scrape after each part. */
const happenings = (value: fc.Arbitrary<number>) =>
  fc.array(fc.array(fc.tuple(fc.nat(LABELS.length - 1), value)), { minLength: 1, maxLength: 4 });

describe('a fast histogram', () => {
  const BOUNDS = [0.0005, 0.001, 0.25, 1, 10];
  const seconds = fc.oneof(
    fc.constantFrom(...BOUNDS, 0, 11, 1e-9),
    fc.double({ min: 0, max: 20, noNaN: true }),
    fc.double({ min: 0, max: 0.002, noNaN: true }),
  );

  it('is shown as prom-client shows its own with the same observations', async () => {
    await fc.assert(
      fc.asyncProperty(happenings(seconds), async (parts) => {
        const [registry, expected] = [new Registry(), new Registry()];
        const fast = new FastHistogram<'method' | 'status'>({
          name: NAME,
          help: HELP,
          buckets: BOUNDS,
          registry,
        });
        const slow = new Histogram({
          name: NAME,
          help: HELP,
          labelNames: ['method', 'status'],
          buckets: BOUNDS,
          registers: [expected],
        });
        const series = new Map<number, { observe(value: number): void }>();
        for (const part of parts) {
          for (const [place, value] of part) {
            const labels = LABELS[place]!;
            const one = series.get(place) ?? fast.series(labels);
            series.set(place, one);
            one.observe(value);
            slow.observe(labels, value);
          }
          expect(await registry.metrics()).toBe(await expected.metrics());
        }
      }),
    );
  });

  it('does not show a series before something is observed', async () => {
    const registry = new Registry();
    const histogram = new FastHistogram<'method'>({ name: NAME, help: HELP, buckets: [1], registry });
    histogram.series({ method: 'GET' });
    expect(await registry.metrics()).not.toContain('GET');
  });

  it('does not take the place of an earlier one of its name', () => {
    const options = { name: NAME, help: HELP, buckets: [1], registry: new Registry() };
    new FastHistogram<'method'>(options);
    expect(() => new FastHistogram<'method'>(options)).toThrow(/already been registered/);
  });
});

describe('a fast counter', () => {
  it('is shown as prom-client shows its own with the same counts', async () => {
    const labelled = LABELS.map(({ method, status }) => ({ method, status: String(status) }));
    await fc.assert(
      fc.asyncProperty(happenings(fc.integer({ min: 1, max: 3 })), async (parts) => {
        const [registry, expected] = [new Registry(), new Registry()];
        const fast = new FastCounter(NAME, HELP, ['method', 'status'], registry);
        const slow = new Counter({
          name: NAME,
          help: HELP,
          labelNames: ['method', 'status'],
          registers: [expected],
        });
        const series = new Map<number, { count: number }>();
        for (const part of parts) {
          for (const [place, times] of part) {
            const labels = labelled[place]!;
            const one = series.get(place) ?? fast.series(labels);
            series.set(place, one);
            one.count += times;
            slow.inc(labels, times);
          }
          expect(await registry.metrics()).toBe(await expected.metrics());
        }
      }),
    );
  });

  it('shows a series as 0 before something is counted', async () => {
    const registry = new Registry();
    new FastCounter(NAME, HELP, ['method'], registry).series({ method: 'GET' });
    expect(await registry.metrics()).toContain(`${NAME}{method="GET"} 0\n`);
  });

  it('does not take the place of an earlier one of its name', () => {
    const registry = new Registry();
    new FastCounter(NAME, HELP, ['method'], registry);
    expect(() => new FastCounter(NAME, HELP, ['method'], registry)).toThrow(/already been registered/);
  });
});
