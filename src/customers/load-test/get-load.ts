import { setTimeout as pause } from 'node:timers/promises';
import { headerIn, type GetAnswer, KeptGets } from './kept-gets.js';
import { Latencies } from './latencies.js';

/** So that a program that is away is not asked without a pause. */
const AFTER_ERROR_MS = 20;

export interface GetLoadOptions {
  /** Where the program listens, and what its paths begin with there. */
  readonly url: string;
  /** Asked for in turn; from the first again when all have been. */
  readonly paths: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/** What came back. */
export interface GetLoadResult {
  readonly latencies: Latencies;
  readonly seconds: number;
  /** How many answers there were of each. */
  readonly statuses: ReadonlyMap<number, number>;
  /** GETs that got no answer. */
  readonly errors: number;
  /** Seconds, as `X-Data-Lag` has them; undefined where no answer had it. */
  readonly dataLag: { readonly min: number; readonly max: number } | undefined;
}

/** GETs over kept connections, each of which asks again as soon as it has its answer. */
export async function putGetLoad({
  url,
  paths,
  connections,
  seconds,
  signal,
}: GetLoadOptions): Promise<GetLoadResult> {
  const latencies = new Latencies();
  const statuses = new Map<number, number>();
  let dataLag: { min: number; max: number } | undefined;
  let errors = 0;
  let next = 0;
  const count = ({ status, head, ms }: GetAnswer): void => {
    latencies.add(ms);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const lag = headerIn(head, 'x-data-lag');
    if (lag === undefined) return;
    dataLag ??= { min: Infinity, max: -Infinity };
    dataLag.min = Math.min(dataLag.min, Number(lag));
    dataLag.max = Math.max(dataLag.max, Number(lag));
  };
  const opened = await Promise.all(Array.from({ length: connections }, () => KeptGets.open(url)));
  const startedAtMs = performance.now();
  const untilMs = startedAtMs + seconds * 1_000;
  const isOver = (): boolean => signal.aborted || performance.now() >= untilMs;
  const ask = async (first: KeptGets): Promise<void> => {
    let connection = first;
    while (!isOver()) {
      try {
        if (!connection.isOpen) connection = await KeptGets.open(url);
        count(await connection.get(paths[next++ % paths.length]!));
      } catch {
        errors++;
        await pause(AFTER_ERROR_MS);
      }
    }
    connection.close();
  };
  await Promise.all(opened.map(ask));
  const took = (performance.now() - startedAtMs) / 1_000;
  return { latencies, seconds: took, statuses, errors, dataLag };
}
