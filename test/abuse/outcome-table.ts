import type { Outcome } from './run-abuse.js';

const MIB = 1_048_576;

/** @param share 0.99 for the 99th percentile; NaN where nothing was measured */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** What was measured, for people. */
export function outcomeTable(outcomes: readonly Outcome[]): string {
  const head = ['abuse', 'GET p50', 'GET p99', 'POST p99', 'refused', 'peak RSS', 'restarts', 'given back'];
  const rows = outcomes.map(({ name, met, peakRssBytes, hasRestarted, givenBackAfterMs }) => [
    name,
    ms(percentile(met.getsMs, 0.5)),
    ms(percentile(met.getsMs, 0.99)),
    ms(percentile(met.postsMs, 0.99)),
    `${met.refusals.length} of ${met.getsMs.length + met.postsMs.length}`,
    `${Math.round(peakRssBytes / MIB)} MiB`,
    hasRestarted ? '1' : '0',
    givenBackAfterMs === undefined ? 'no' : `${(givenBackAfterMs / 1_000).toFixed(1)} s`,
  ]);
  const widths = head.map((title, at) =>
    Math.max(...[head, ...rows].map((row) => row[at]!.length), title.length),
  );
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const ms = (value: number): string => `${value.toFixed(1)} ms`;
