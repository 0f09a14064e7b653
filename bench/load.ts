import type { LoadOptions, LoadResult } from './load/load-options.js';
import { autocannonLoad } from './load/autocannon.js';
import { hasWrk, wrkLoad } from './load/wrk.js';

/**
 * Puts load on a server, by wrk where it is installed and can do what is asked for, and otherwise, or with
 * BENCH_LOAD=autocannon, by autocannon. Two results can be compared when the same tool got both.
 *
 * @throws Error when nothing was answered
 */
export async function putLoad(options: LoadOptions): Promise<LoadResult> {
  const result = await resultOf(options);
  if (result.answers === 0) throw new Error(`${options.url} answered nothing, with ${result.errors} errors`);
  return result;
}

/** What puts a load of so many seconds on a server here. */
export function timedTool(): LoadResult['tool'] {
  return hasWrk() && process.env.BENCH_LOAD !== 'autocannon' ? 'wrk' : 'autocannon';
}

function resultOf(options: LoadOptions): Promise<LoadResult> {
  const { until } = options;
  if ('answers' in until || timedTool() === 'autocannon') return autocannonLoad(options);
  return wrkLoad(options, until.seconds);
}
