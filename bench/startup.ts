import { Environment } from '../src/platform/config/environment.js';
import type { Progress } from '../src/platform/progress.js';
import {
  type Benchmark,
  BYTES_PER_MB,
  type Findings,
  type Measurement,
  measuredWherePossible,
  ratios,
  settingFrom,
} from './benchmark.js';
import type { FilledDatabase } from './filled-database.js';
import {
  FULL_CACHE_DEFINITION,
  fullCacheOrders,
  type FullCacheRun,
  measurementsOfFullCache,
  runFullCache,
} from './full-cache.js';
import type { Services } from './services.js';
import { runStart, type StartRun } from './start-runs.js';

const DEFINITION = [
  'The built program, all roles, its own defaults but for what a line names. The clock starts with the process and stops',
  'when GET /health/ready says 200: the database is open, the consumers have their partitions, the cache is warm. It is',
  'asked every 25 ms from when it listens. Every start has a new copy of the database, whose schema is up to date, and',
  'new topics. Memory is the resident memory at that moment.',
  ...FULL_CACHE_DEFINITION,
];

const DEFAULTS = new Environment();

/** What is in the tables when the program is started, and how much of it is loaded. */
interface Start {
  readonly name: string;
  readonly filled: FilledDatabase;
  /** By default that of CACHE_WARM_ORDERS. */
  readonly warmOrders?: number;
}

/** How long the program takes until it is ready, and how large it is then and with a full cache. */
export const startup: Benchmark = {
  name: 'startup',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 5);
    const orders = settingFrom('BENCH_STARTUP_ORDERS', 100_000);
    const maxBytes = settingFrom('BENCH_CACHE_MAX_BYTES', DEFAULTS.CACHE_MAX_BYTES);
    const starts = await startsOf(services, orders);
    const { warmOrders, otherOrders } = fullCacheOrders(maxBytes);
    const filledForCache = await services.filledDatabase(warmOrders + otherOrders);
    // The first of all starts is not counted: a new broker has yet to make its topic of offsets.
    await runStart({ ...starts[0]!, services, progress, title: 'startup, before the first round' });
    const runs = starts.map((): StartRun[] => []);
    const cacheRuns: FullCacheRun[] = [];
    for (let round = 1; round <= rounds; round++) {
      const titled = (name: string): string => `startup, round ${round} of ${rounds}: ${name}`;
      for (const [index, start] of starts.entries()) {
        const title = titled(start.name);
        runs[index]!.push(await runStart({ ...start, services, progress, title }));
      }
      const title = titled('full cache');
      cacheRuns.push(await runFullCache({ services, progress, filled: filledForCache, maxBytes, title }));
    }
    return {
      definition: DEFINITION,
      settings: { rounds, orders, fullCacheWarmOrders: warmOrders, fullCacheOtherOrders: otherOrders },
      measurements: [...measurementsOf(starts, runs), ...measurementsOfFullCache(cacheRuns, maxBytes)],
      faults: [...runs.flat(), ...cacheRuns].flatMap((run) => run.faults),
    };
  },
};

/** What the others are compared with is the first. */
async function startsOf(services: Services, orders: number): Promise<Start[]> {
  const filled = await services.filledDatabase(orders);
  const count = orders.toLocaleString('en');
  return [
    { name: 'no orders', filled: await services.filledDatabase(0) },
    { name: `${count} orders`, filled },
    { name: `${count} orders, CACHE_WARM_ORDERS=${orders}`, filled, warmOrders: orders },
  ];
}

function measurementsOf(starts: readonly Start[], runs: readonly (readonly StartRun[])[]): Measurement[] {
  const secondsOf = (index: number): number[] => runs[index]!.map((run) => run.seconds);
  return starts.flatMap(({ name }, index) => [
    { name: `${name}: process start to ready`, unit: 's', rounds: secondsOf(index) },
    ...measuredWherePossible(
      `${name}: memory when ready`,
      'MB',
      runs[index]!.map(({ memory }) => memory && memory.nowBytes / BYTES_PER_MB),
    ),
    ...(index === 0
      ? []
      : [{ name: `${name} / no orders`, unit: 'times', rounds: ratios(secondsOf(index), secondsOf(0)) }]),
  ]);
}
