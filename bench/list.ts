import { isDeepStrictEqual } from 'node:util';
import type { Progress } from '../src/platform/progress.js';
import { type Benchmark, type Findings, type Measurement, ratios, settingFrom } from './benchmark.js';
import { filledOrder } from './filled-orders.js';
import { type Answer, KeptConnections } from './kept-connections.js';
import { percentile } from './percentile.js';
import { startReady } from './ready-program.js';
import type { Services } from './services.js';
import { withSurroundings } from './surroundings.js';

const DEFINITION = [
  'The tables hold filledOrders orders; the program has its own defaults. The list of all of them, 50 a page, is walked',
  'once from its first page to its 1,000th (its last, where there are fewer) by the Link header of each page, and every',
  'order on the way is compared with the one that is due there. Then the first and the last of these pages are requested',
  'in turn over 4 connections that are kept, each of them requests times a round. A time is from the request until the',
  'whole answer is there.',
];

const CONNECTIONS = 4;
const PAGE_ORDERS = 50;
const FIRST_PAGE = `/api/orders?limit=${PAGE_ORDERS}`;
const MOST_PAGES = 1_000;

/** A page that was found, and what it is to be compared with when it is requested again. */
interface Page {
  readonly path: string;
  readonly body: string;
}

interface Walk {
  readonly first: Page;
  readonly last: Page;
  readonly faults: readonly string[];
}

/** Milliseconds of each answer of a round. */
interface Round {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly wrongAnswers: number;
}

/** Whether a page costs the same wherever it is in the list. */
export const list: Benchmark = {
  name: 'list',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 3);
    const requests = settingFrom('BENCH_LIST_REQUESTS', 300);
    const filled = await services.filledDatabase(settingFrom('BENCH_FILLED_ORDERS', 2_000_000));
    const pages = Math.min(MOST_PAGES, Math.ceil(filled.orders / PAGE_ORDERS));
    return withSurroundings({ services, progress, filled }, async ({ settings }) => {
      const { program, url } = await startReady(settings);
      const connections = new KeptConnections(url, CONNECTIONS);
      try {
        const walk = await walkPages(connections, filled.orders, pages, progress);
        const measured: Round[] = [];
        progress.start(`list: ${rounds * 2 * requests} requests`);
        for (let round = 1; round <= rounds; round++) {
          measured.push(await requestInTurn(connections, walk, requests));
          progress.show(round, rounds);
        }
        progress.finish();
        return {
          definition: DEFINITION,
          settings: { rounds, filledOrders: filled.orders, pages, requests },
          measurements: measurementsOf(measured, pages),
          faults: [...walk.faults, ...faultsOf(measured)],
        };
      } finally {
        connections.close();
        await program.stop();
      }
    });
  },
};

/** @throws Error when a page does not lead to the next */
async function walkPages(
  connections: KeptConnections,
  orders: number,
  pages: number,
  progress: Progress,
): Promise<Walk> {
  progress.start(`list: walking ${pages} pages`);
  let first: Page | undefined;
  let path = FIRST_PAGE;
  const wrongPages: number[] = [];
  for (let page = 1; ; page++) {
    const answer = await connections.get(path);
    if (!isPage(answer, page, orders)) wrongPages.push(page);
    first ??= { path, body: answer.body };
    progress.show(page, pages);
    if (page === pages) {
      progress.finish();
      return { first, last: { path, body: answer.body }, faults: faultsOfPages(wrongPages) };
    }
    path = nextPageOf(answer, page);
  }
}

/** All of the list's orders are known, newest received first, so a missing one or one seen twice shows as well. */
function isPage({ status, body }: Answer, page: number, orders: number): boolean {
  const newest = orders - 1 - (page - 1) * PAGE_ORDERS;
  const expected = Array.from({ length: Math.min(PAGE_ORDERS, newest + 1) }, (_, index) =>
    filledOrder(newest - index),
  );
  return status === 200 && isDeepStrictEqual(JSON.parse(body), expected);
}

function nextPageOf({ status, headers }: Answer, page: number): string {
  const path = /^<([^>]+)>; rel="next"$/.exec(String(headers.link))?.[1];
  if (path === undefined) throw new Error(`page ${page} of the list (${status}) leads to no other`);
  return path;
}

function faultsOfPages(wrongPages: readonly number[]): string[] {
  if (wrongPages.length === 0) return [];
  return [`list: ${wrongPages.length} pages held other than the orders due, page ${wrongPages[0]} first`];
}

async function requestInTurn(
  connections: KeptConnections,
  { first, last }: Walk,
  requests: number,
): Promise<Round> {
  const round = { first: [] as number[], last: [] as number[], wrongAnswers: 0 };
  const turns = Array.from({ length: requests }, () => [first, last]).flat();
  await connections.getAll(
    turns.map(({ path }) => path),
    ({ status, body, ms }, index) => {
      const page = turns[index]!;
      if (status !== 200 || body !== page.body) round.wrongAnswers++;
      (page === first ? round.first : round.last).push(ms);
    },
  );
  return round;
}

const faultsOf = (measured: readonly Round[]): string[] =>
  measured.flatMap(({ wrongAnswers }, index) =>
    wrongAnswers > 0 ? [`list, round ${index + 1}: ${wrongAnswers} answers were not the page's`] : [],
  );

function measurementsOf(measured: readonly Round[], pages: number): Measurement[] {
  const lastName = `page ${pages.toLocaleString('en')}`;
  return [0.5, 0.99].flatMap((share) => {
    const name = `p${share * 100}`;
    const first = measured.map((round) => percentile(round.first, share));
    const last = measured.map((round) => percentile(round.last, share));
    return [
      { name: `first page: ${name}`, unit: 'ms', rounds: first },
      { name: `${lastName}: ${name}`, unit: 'ms', rounds: last },
      { name: `${lastName} / first page: ${name}`, unit: 'times', rounds: ratios(last, first) },
    ];
  });
}
