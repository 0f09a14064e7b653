import type { Progress } from '../../src/platform/progress.js';
import { putLoad } from '../load.js';
import { CONNECTIONS, type LoadResult } from '../load/load-options.js';
import { LOAD_CORE } from '../pinning.js';
import { ORDERS_PATH } from '../references/ready-orders.js';
import type { Figures } from './figures.js';
import { countsBetween, type ProgramCounts, readCounts } from './program-counts.js';
import { withPinnedProgram } from './pinned-program.js';

const LOOK_EVERY_MS = 1_000;
/** How much of the orders goes to a server that has just started, and compiles what it does often. */
const WARM_UP_SHARE = 0.1;

export interface ColdOptions {
  /** Of the program, whose memory has to be empty at its start. */
  readonly settings: Readonly<Record<string, string>>;
  /** Orders that are stored; each is asked for once. */
  readonly orderUids: readonly string[];
  /** Which tier has all of them: PostgreSQL, unless it is said otherwise. What Redis is too slow for, PostgreSQL answers. */
  readonly tier?: 'store' | 'redis';
  /** What the lines of the table are called. */
  readonly row: string;
  readonly column: string;
  /** Looks, once all were asked for and before the program stops, whether all is well. @returns what is not */
  readonly check?: () => Promise<string[]>;
}

/** Measures what PostgreSQL or Redis answers, with nothing in the program's memory. @returns what was wrong */
export async function measureCold(
  { settings, orderUids, tier = 'store', row, column, check }: ColdOptions,
  figures: Figures,
  progress: Progress,
  title: string,
): Promise<string[]> {
  const warmUps = Math.max(CONNECTIONS, Math.round(orderUids.length * WARM_UP_SHARE));
  progress.start(title);
  const faults = await withPinnedProgram(settings, async (url) => {
    const before = await readCounts(url);
    const stopShowing = showAnswers(url, orderUids.length, progress);
    const warmUp = await getEach(url, orderUids.slice(0, warmUps));
    const result = await getEach(url, orderUids.slice(warmUps)).finally(stopShowing);
    figures.add(`${row}: ${column}`, 'requests/s', result.answersPerSecond);
    figures.add(`${row}, p99: ${column}`, 'ms', result.p99Ms);
    const counts = countsBetween(before, await readCounts(url));
    if (tier === 'redis') figures.add(`${row}, answered by Redis: ${column}`, 'orders', redisHits(counts));
    const wrong = (await check?.()) ?? [];
    return [...coldFaults(orderUids.length, [warmUp, result], counts), ...wrong];
  });
  progress.finish();
  return faults.map((fault) => `${title}: ${fault}`);
}

/** Once a second costs the program a thousandth of its time. @returns what ends it */
function showAnswers(url: string, orders: number, progress: Progress): () => void {
  const look = async (): Promise<void> => progress.show((await readCounts(url)).answers['200'] ?? 0, orders);
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

function getEach(url: string, orderUids: readonly string[]): Promise<LoadResult> {
  const requests = orderUids.map((orderUid) => ({ path: ORDERS_PATH + orderUid }));
  const until = { answers: requests.length };
  return putLoad({ url, method: 'GET', connections: CONNECTIONS, requests, until, core: LOAD_CORE });
}

const redisHits = ({ cache }: ProgramCounts): number => cache['redis hit'] ?? 0;

function coldFaults(orders: number, results: readonly LoadResult[], counts: ProgramCounts): string[] {
  const sum = (count: (result: LoadResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  const wrong: [what: string, found: number, expected: number][] = [
    ['answers', sum(({ answers }) => answers), orders],
    ['answers of 400 and more', sum(({ refused }) => refused), 0],
    ['requests without an answer', sum(({ errors }) => errors), 0],
    ['answers of 200, as it counted them', counts.answers['200'] ?? 0, orders],
    [
      'orders from Redis or the database, as it counted them',
      redisHits(counts) + (counts.cache['store hit'] ?? 0),
      orders,
    ],
    ['orders from memory, as it counted them', counts.cache['memory hit'] ?? 0, 0],
  ];
  return wrong
    .filter(([, found, expected]) => found !== expected)
    .map(([what, found, expected]) => `${found} ${what}, expected ${expected}`);
}
