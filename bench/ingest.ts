import {
  type Benchmark,
  BYTES_PER_MB,
  type Findings,
  type Measurement,
  measuredWherePossible,
  ratios,
  settingFrom,
} from './benchmark.js';
import { CPU_USERS } from './cpu-users.js';
import {
  type IngestOptions,
  type ProgramRun,
  type ReferenceRun,
  runProgram,
  runReference,
} from './ingest-runs.js';
import { orderEvents } from './order-events.js';
import type { Progress } from '../src/platform/progress.js';
import { overTls } from './over-tls.js';
import type { Services } from './services.js';
import { SHOP } from './life/last-states.js';
import { LifeTopics } from './life/life-topics.js';
import { type Surroundings, type SurroundingsOptions, withSurroundings } from './surroundings.js';

const DEFINITION = [
  'Distinct orders, two items and about 1 kB of JSON each, wait in a new topic of 4 partitions; the database is new.',
  'waybill: the built program for the context orders alone, all roles, its own defaults. The clock starts when its consumer has',
  'its partitions and stops when every order is in the table ("stored"), and when every status event is on its topic too ("and',
  'out").',
  "It is looked at from outside every 50 ms, on the same machine and on the program's time.",
  'filled: the same, but the tables are a copy of ones that hold filledOrders others, nothing of which is in the buffers',
  'of PostgreSQL at first. The program loads the 10,000 newest into its cache meanwhile, as it does at every start.',
  'all contexts: the same by orders, payments, tracking and inventory, which has nothing in stock: each order is confirmed by',
  'inventory, so there are two status events of each, and it is done when all of these are out.',
  'without the search: the empty tables again, with SEARCH=off, so that orders are kept without the terms they are found by.',
  'with Redis: the empty tables again, and a Redis beside. all by TLS: the same Kafka and PostgreSQL, and another such Redis, by',
  'TLS 1.3 with their names checked (rediss, sslmode=verify-full), Kafka with SCRAM besides. Left out where one of them is not',
  "the run's own.",
  "one at a time: eachMessage with auto-commit, one transaction an order, one INSERT a row, and none of the program's",
  'validation, outbox and status events. The clock starts when it has its partitions and stops after the last commit.',
  'CPU: user and system time while the clock of "stored and out" ran; of PostgreSQL and the broker with all that',
  'belongs to them. MB: resident memory of the program when all is out, and the most that it ever was.',
];

const CPU_ORDERS = 100_000;

/** The runs of all rounds, in the order of the rounds. */
interface Runs {
  readonly references: ReferenceRun[];
  readonly empty: ProgramRun[];
  readonly withoutSearch: ProgramRun[];
  readonly filled: ProgramRun[];
  readonly allContexts: ProgramRun[];
  /** These two are empty where the services cannot be reached by TLS. */
  readonly withRedis: ProgramRun[];
  readonly byTls: ProgramRun[];
}

/** Orders from Kafka into the database, and their status events out again. */
export const ingest: Benchmark = {
  name: 'ingest',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 3);
    const orders = settingFrom('BENCH_ORDERS', 100_000);
    const referenceOrders = Math.min(settingFrom('BENCH_REFERENCE_ORDERS', 5_000), orders);
    const filled = await services.filledDatabase(settingFrom('BENCH_FILLED_ORDERS', 2_000_000));
    const events = orderEvents(orders);
    const referenceEvents = events.slice(0, referenceOrders);
    const runs: Runs = {
      references: [],
      empty: [],
      withoutSearch: [],
      filled: [],
      allContexts: [],
      withRedis: [],
      byTls: [],
    };
    // They take turns, so that what slows the machine for a while slows all.
    for (let round = 1; round <= rounds; round++) {
      const named = (name: string): IngestOptions => ({
        orders,
        progress,
        title: `ingest, round ${round} of ${rounds}: ${name}`,
      });
      const surroundings = { services, progress, events };
      runs.references.push(
        await withSurroundings({ ...surroundings, events: referenceEvents }, (own) =>
          runReference(own, { ...named('one at a time'), orders: referenceOrders }),
        ),
      );
      runs.empty.push(await withSurroundings(surroundings, (own) => runProgram(own, named('waybill'))));
      runs.withoutSearch.push(
        await withSurroundings(surroundings, (own) =>
          runProgram(
            { ...own, settings: { ...own.settings, SEARCH: 'off' } },
            named('waybill, without the search'),
          ),
        ),
      );
      runs.filled.push(
        await withSurroundings({ ...surroundings, filled }, (own) =>
          runProgram(own, { ...named('waybill, filled'), ordersBefore: filled.orders }),
        ),
      );
      runs.allContexts.push(
        await withSurroundings(surroundings, (own) => runAllContexts(own, named('all contexts'))),
      );
      await runByTls(runs, surroundings, named);
    }
    return {
      definition: DEFINITION,
      settings: { rounds, orders, referenceOrders, filledOrders: filled.orders },
      measurements: measurementsOf(runs, orders, referenceOrders),
      faults: [
        ...runs.references,
        ...runs.empty,
        ...runs.withoutSearch,
        ...runs.filled,
        ...runs.allContexts,
        ...runs.withRedis,
        ...runs.byTls,
      ].flatMap((run) => run.faults),
    };
  },
};

/** Inventory confirms each order, which is told by a status event of its own. */
async function runAllContexts(surroundings: Surroundings, options: IngestOptions): Promise<ProgramRun> {
  const { kafka, settings, topics } = surroundings;
  const shop = new LifeTopics(topics, SHOP);
  await shop.create(kafka);
  const own = { ...surroundings, settings: { ...settings, ...shop.settings } };
  return runProgram(own, { ...options, statusEventsPerOrder: 2 });
}

/** Runs the program by TLS and in the clear, with the same services, where it can be. */
async function runByTls(
  { withRedis, byTls }: Pick<Runs, 'withRedis' | 'byTls'>,
  surroundings: SurroundingsOptions,
  named: (name: string) => IngestOptions,
): Promise<void> {
  const runWith = (settings: Readonly<Record<string, string>>, options: IngestOptions): Promise<ProgramRun> =>
    withSurroundings(surroundings, (own) =>
      runProgram({ ...own, settings: { ...own.settings, ...settings } }, options),
    );
  const { services } = surroundings;
  const run = await overTls(services, { withKafka: true }, ({ kafka, postgres, redis }) =>
    runWith({ ...kafka, ...postgres, ...redis }, { ...named('all by TLS'), isOverTls: true }),
  );
  if (run === undefined) return;
  byTls.push(run);
  const { url } = await services.redis();
  withRedis.push(await runWith({ REDIS_URL: url }, named('with Redis')));
}

function measurementsOf(runs: Runs, orders: number, referenceOrders: number): Measurement[] {
  const published = (programs: readonly ProgramRun[]): number[] =>
    programs.map((run) => orders / run.publishedSeconds);
  const empty = published(runs.empty);
  const withoutSearch = published(runs.withoutSearch);
  const filled = published(runs.filled);
  const allContexts = published(runs.allContexts);
  const withRedis = published(runs.withRedis);
  const byTls = published(runs.byTls);
  const reference = runs.references.map((run) => referenceOrders / run.seconds);
  return [
    ...measurementsOfProgram('waybill', runs.empty, orders),
    { name: 'without the search: stored and out', unit: 'orders/s', rounds: withoutSearch },
    ...costsOfProgram('without the search', runs.withoutSearch, orders),
    ...measurementsOfProgram('filled', runs.filled, orders),
    { name: 'all contexts: confirmed and out', unit: 'orders/s', rounds: allContexts },
    ...costsOfProgram('all contexts', runs.allContexts, orders),
    ...measurementsByTls(runs, orders),
    { name: 'one at a time: stored', unit: 'orders/s', rounds: reference },
    ...[
      { name: 'waybill (stored and out) / one at a time', rounds: ratios(empty, reference) },
      { name: 'waybill / without the search (stored and out)', rounds: ratios(empty, withoutSearch) },
      { name: 'filled / waybill (stored and out)', rounds: ratios(filled, empty) },
      { name: 'all contexts / waybill', rounds: ratios(allContexts, empty) },
      ...(byTls.length > 0
        ? [{ name: 'all by TLS / with Redis (stored and out)', rounds: ratios(byTls, withRedis) }]
        : []),
    ].map((ratio) => ({ ...ratio, unit: 'times' })),
  ];
}

function measurementsByTls({ withRedis, byTls }: Runs, orders: number): Measurement[] {
  if (byTls.length === 0) return [];
  return [['with Redis', withRedis] as const, ['all by TLS', byTls] as const].flatMap(([name, runs]) => [
    {
      name: `${name}: stored and out`,
      unit: 'orders/s',
      rounds: runs.map((run) => orders / run.publishedSeconds),
    },
    ...costsOfProgram(name, runs, orders),
  ]);
}

function measurementsOfProgram(name: string, runs: readonly ProgramRun[], orders: number): Measurement[] {
  const rates = (what: string, seconds: (run: ProgramRun) => number): Measurement => ({
    name: `${name}: ${what}`,
    unit: 'orders/s',
    rounds: runs.map((run) => orders / seconds(run)),
  });
  return [
    rates('stored and out', (run) => run.publishedSeconds),
    rates('stored', (run) => run.storedSeconds),
    rates('stored and out, from process start', (run) => run.startSeconds + run.publishedSeconds),
    { name: `${name}: process start to partitions`, unit: 's', rounds: runs.map((run) => run.startSeconds) },
    ...costsOfProgram(name, runs, orders),
  ];
}

function costsOfProgram(name: string, runs: readonly ProgramRun[], orders: number): Measurement[] {
  const megabytes = (bytes: number | undefined): number | undefined => bytes && bytes / BYTES_PER_MB;
  const cpuPerOrders = (seconds: number | undefined): number | undefined =>
    seconds && (seconds * CPU_ORDERS) / orders;
  return [
    ...CPU_USERS.flatMap((user) =>
      measuredWherePossible(
        `${name}: CPU of ${user}, per ${CPU_ORDERS.toLocaleString('en')} orders`,
        'CPU s',
        runs.map((run) => cpuPerOrders(run.cpuSeconds[user])),
      ),
    ),
    ...measuredWherePossible(
      `${name}: memory when all is out`,
      'MB',
      runs.map((run) => megabytes(run.residentBytes)),
    ),
    ...measuredWherePossible(
      `${name}: memory at most`,
      'MB',
      runs.map((run) => megabytes(run.peakBytes)),
    ),
  ];
}
