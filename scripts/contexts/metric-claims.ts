/** A metric that a file of the program makes. */
export interface MetricClaim {
  readonly metric: string;
  /** Relative to `src/`. */
  readonly file: string;
}

/** Where a metric's name stands as it is made: in its options, or as the first argument of what makes it. */
const MADE =
  /(?:\bname: |\bobserve\w+\(\s*|\bnew Fast\w+\(\s*|\bconst (?:name|NAME) = )'(waybill_[a-z0-9_]+)'/g;

export function metricsMadeIn(file: string, text: string): MetricClaim[] {
  return [...text.matchAll(MADE)].map(([, metric]) => ({ metric: metric!, file }));
}

/**
 * What is wrong with the metrics' names: one that two files make, and one of a context that does not begin with the
 * context's name, which the main context need not do.
 *
 * @param contexts names of those beside the main one
 * @returns one line a fault
 */
export function faultsOfMetrics(claims: readonly MetricClaim[], contexts: readonly string[]): string[] {
  const makers = new Map<string, string>();
  return claims.flatMap(({ metric, file }) => {
    const other = makers.get(metric);
    makers.set(metric, file);
    const [context = ''] = file.split('/');
    const faults: string[] = [];
    if (other !== undefined && other !== file)
      faults.push(`${metric} is made twice: in ${other} and in ${file}`);
    if (contexts.includes(context) && !metric.startsWith(`waybill_${context}_`)) {
      faults.push(`${metric} is made in ${file}: expected a name that begins with waybill_${context}_`);
    }
    return faults;
  });
}
