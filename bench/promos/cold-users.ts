import type { Progress } from '../../src/platform/progress.js';
import { putLoad } from '../load.js';
import { CONNECTIONS, type LoadResult } from '../load/load-options.js';
import { LOAD_CORE } from '../pinning.js';
import type { Figures } from '../read/figures.js';
import { withPinnedProgram } from '../read/pinned-program.js';
import { countsBetween, type ProgramCounts, readCounts } from '../read/program-counts.js';
import { lookUpOf, userIdOf, USERS_ROUTE } from './bench-users.js';

/** How much of the users goes to a program that has just started, and compiles what it does often. */
const WARM_UP_SHARE = 0.1;

/** Measures look-ups of users, each asked for once. @returns what was wrong */
export async function measureColdUsers(
  settings: Readonly<Record<string, string>>,
  users: number,
  figures: Figures,
  progress: Progress,
  title: string,
): Promise<string[]> {
  const warmUps = Math.max(CONNECTIONS, Math.round(users * WARM_UP_SHARE));
  progress.start(title);
  const faults = await withPinnedProgram(settings, async (url) => {
    const before = await readCounts(url, USERS_ROUTE);
    const warmUp = await askForEach(url, 0, warmUps);
    const result = await askForEach(url, warmUps, users);
    figures.add('cold GET: waybill', 'requests/s', result.answersPerSecond);
    figures.add('cold GET, p99: waybill', 'ms', result.p99Ms);
    return faultsOf(users, [warmUp, result], countsBetween(before, await readCounts(url, USERS_ROUTE)));
  });
  progress.finish();
  return faults.map((fault) => `${title}: ${fault}`);
}

function askForEach(url: string, first: number, end: number): Promise<LoadResult> {
  const requests = Array.from({ length: end - first }, (_, index) => lookUpOf(userIdOf(first + index)));
  const until = { answers: requests.length };
  return putLoad({ url, method: 'GET', connections: CONNECTIONS, requests, until, core: LOAD_CORE });
}

function faultsOf(users: number, results: readonly LoadResult[], counts: ProgramCounts): string[] {
  const sum = (count: (result: LoadResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  const wrong: [what: string, found: number, expected: number][] = [
    ['answers', sum(({ answers }) => answers), users],
    ['answers of 400 and more', sum(({ refused }) => refused), 0],
    ['requests without an answer', sum(({ errors }) => errors), 0],
    ['users from PostgreSQL, as it counted them', counts.cache['store hit'] ?? 0, users],
    ['users from memory, as it counted them', counts.cache['memory hit'] ?? 0, 0],
  ];
  return wrong
    .filter(([, found, expected]) => found !== expected)
    .map(([what, found, expected]) => `${found} ${what}, expected ${expected}`);
}
