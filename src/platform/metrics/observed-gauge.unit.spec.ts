import { Registry } from 'prom-client';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MetricFailures } from './metric-failures.js';
import { observeGauge, observeGauges } from './observed-gauge.js';

let registry: Registry;
let lines: { level: number; msg: string; metric?: string; err?: { message: string } }[];

beforeEach(() => {
  registry = new Registry();
  lines = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]) });
  MetricFailures.of(registry).logTo(log);
});

afterEach(() => vi.useRealTimers());

const failures = (metric: string, count: number): string =>
  `waybill_metric_failures_total{metric="${metric}"} ${count}\n`;

describe('a gauge that is read when it is scraped', () => {
  it('has no failures at first', async () => {
    observeGauge('things', 'Things', () => 3, registry);
    const text = await registry.metrics();
    expect(text).toContain('\nthings 3\n');
    expect(text).toContain(failures('things', 0));
    expect(lines).toEqual([]);
  });

  it.each(['rejects', 'throws'])('is left out, counted and logged when its reading %s', async (how) => {
    const error = new Error('syntax error at or near "some"');
    observeGauge(
      'things',
      'Things',
      () => {
        if (how === 'throws') throw error;
        return Promise.reject(error);
      },
      registry,
    );
    observeGauge('others', 'Others', () => 1, registry);
    await registry.metrics();
    const text = await registry.metrics();
    expect(text).not.toMatch(/^things /m);
    expect(text).toContain('\nothers 1\n');
    // Counts are shown as they were when the scrape began.
    expect(await registry.metrics()).toContain(failures('things', 2));
    expect(lines).toMatchObject([
      { level: 50, msg: 'a metric cannot be read', metric: 'things', err: { message: error.message } },
    ]);
  });

  it('is logged again once it has worked in between, and when it fails for another reason', async () => {
    let outcome: number | Error = new Error('away');
    const read = (): number => {
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };
    observeGauge('things', 'Things', read, registry);
    for (const next of [new Error('away'), new Error('full'), 4, 5, new Error('away')]) {
      outcome = next;
      await registry.metrics();
    }
    expect(lines.map(({ msg, err }) => err?.message ?? msg)).toEqual([
      'away',
      'full',
      'a metric can be read again',
      'away',
    ]);
  });

  it('has no figure, and has not failed, while there is none', async () => {
    observeGauge('things', 'Things', () => undefined, registry);
    const text = await registry.metrics();
    expect(text).not.toMatch(/^things /m);
    expect(text).toContain(failures('things', 0));
  });

  it('does not keep a scrape from its end, nor is it read again, while its reading hangs', async () => {
    vi.useFakeTimers();
    const read = vi.fn(() => new Promise<number>(() => undefined));
    observeGauge('things', 'Things', read, registry);
    for (let scrapes = 0; scrapes < 2; scrapes++) {
      const text = registry.metrics();
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await text).not.toMatch(/^things /m);
    }
    expect(read).toHaveBeenCalledTimes(1);
    expect(lines).toHaveLength(1);
  });

  it('does not take the place of an earlier one of its name', () => {
    observeGauge('things', 'Things', () => 1, registry);
    expect(() => observeGauge('things', 'Things', () => 2, registry)).toThrow(/already been registered/);
  });
});

describe('gauges by a label', () => {
  it('show what was read last, and nothing of a reading that failed', async () => {
    const readings: (() => [string, number][])[] = [
      () => [
        ['a', 1],
        ['b', 0],
      ],
      () => [['b', 1]],
      () => {
        throw new Error('away');
      },
    ];
    observeGauges('part', 'Parts', 'part', async () => readings.shift()!(), registry);
    const shown = async (): Promise<string[]> =>
      (await registry.metrics()).split('\n').filter((line) => line.startsWith('part{'));
    expect(await shown()).toEqual(['part{part="a"} 1', 'part{part="b"} 0']);
    expect(await shown()).toEqual(['part{part="b"} 1']);
    expect(await shown()).toEqual([]);
    expect(lines).toHaveLength(1);
  });
});
