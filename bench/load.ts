import { autocannonLoad } from './load/autocannon.js';
import type { LoadOptions, LoadResult } from './load/load-options.js';
import { hasWrk, wrkLoad } from './load/wrk.js';

/**
 * Puts load on a server: with wrk, which costs less than the servers do, where it is installed and can do what is
 * asked for; otherwise with autocannon, or with BENCH_LOAD=autocannon. Two results are to be compared only when the
 * same tool got both.
 *
 * @throws Error when the server cannot be reached
 */
export async function putLoad(options: LoadOptions): Promise<LoadResult> {
  const { until, rate } = options;
  const wrkWill = 'seconds' in until && rate === undefined && process.env.BENCH_LOAD !== 'autocannon';
  const result = wrkWill && hasWrk() ? await wrkLoad(options, until.seconds) : await autocannonLoad(options);
  if (result.answers === 0) throw new Error(`${options.url} answered nothing, with ${result.errors} errors`);
  return result;
}
