import type { Progress } from '../src/platform/progress.js';
import {
  type Benchmark,
  type Findings,
  type Measurement,
  measuredWherePossible,
  ratios,
  settingFrom,
} from './benchmark.js';
import {
  createFilledDatabase,
  type FilledDatabase,
  readTableSizes,
  type TableSizes,
} from './filled-database.js';
import { type ProgramRun, runProgram } from './ingest-runs.js';
import { orderEvents } from './order-events.js';
import type { Services } from './services.js';
import { runStart, type StartRun } from './start-runs.js';
import { withSurroundings } from './surroundings.js';

const DEFINITION = [
  'The tables grow; at each size the same orders wait in a new topic, and the clock is that of the benchmark ingest:',
  'from when the consumer has its partitions until every order is stored and its status event out. Meanwhile the program',
  'loads its 10,000 newest orders into its cache, where there are any. In each round every size has its turn, on a copy',
  'of its own.',
  'Bytes on disk: the four tables with what belongs to them, and their indexes, by the orders in them, before the ingest.',
  'Memory of an order in the cache: what a program that is just ready holds with CACHE_WARM_ORDERS=warmOrders, less what',
  'it holds with 0, by warmOrders; what V8 has in reserve is part of it.',
];

/** Of the largest size. */
const STAGES = [0, 1 / 8, 1 / 4, 1 / 2, 1];
const WARM_ORDERS = 100_000;

/** The tables at one size. */
interface Stage {
  readonly filled: FilledDatabase;
  readonly sizes: TableSizes;
  readonly runs: ProgramRun[];
}

/** Starts with nothing in the cache, and with {@link WARM_ORDERS} in it, round by round. */
interface WarmedRuns {
  readonly without: StartRun[];
  readonly with: StartRun[];
}

/** What becomes of the program as its tables grow. Takes long, so it runs by its name alone. */
export const growth: Benchmark = {
  name: 'growth',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 3);
    const orders = settingFrom('BENCH_GROWTH_ORDERS', 50_000);
    const filledOrders = settingFrom('BENCH_FILLED_ORDERS', 2_000_000);
    const warmOrders = Math.min(WARM_ORDERS, filledOrders);
    const events = orderEvents(orders);
    const stages: Stage[] = [];
    const warmed: WarmedRuns = { without: [], with: [] };
    try {
      await makeStages(stages, services, filledOrders, progress);
      for (let round = 1; round <= rounds; round++) {
        const titled = (name: string): string => `growth, round ${round} of ${rounds}: ${name}`;
        for (const { filled, runs } of stages) {
          const options = { orders, ordersBefore: filled.orders, progress, title: titled(sizeOf(filled)) };
          const surroundings = { services, progress, filled, events };
          runs.push(await withSurroundings(surroundings, (own) => runProgram(own, options)));
        }
        const start = { services, progress, filled: stages.at(-1)!.filled };
        warmed.without.push(await runStart({ ...start, warmOrders: 0, title: titled('nothing cached') }));
        warmed.with.push(await runStart({ ...start, warmOrders, title: titled(`${warmOrders} cached`) }));
      }
    } finally {
      for (const { filled } of stages) await filled.drop();
    }
    return {
      definition: DEFINITION,
      settings: { rounds, orders, filledOrders, warmOrders },
      measurements: [
        ...ingestMeasurements(stages, orders),
        ...stages.flatMap(sizeMeasurements),
        ...memoryMeasurements(warmed, warmOrders),
      ],
      faults: [...stages.flatMap(({ runs }) => runs), ...warmed.without, ...warmed.with].flatMap(
        (run) => run.faults,
      ),
    };
  },
};

/** Each grows out of the one before, so that all of them together take no longer to fill than the largest. */
async function makeStages(
  stages: Stage[],
  services: Services,
  filledOrders: number,
  progress: Progress,
): Promise<void> {
  const { connection } = await services.postgres();
  for (const share of STAGES) {
    const orders = Math.round(filledOrders * share);
    const filled = await createFilledDatabase(connection, orders, progress, stages.at(-1)?.filled);
    stages.push({ filled, sizes: await readTableSizes(filled), runs: [] });
  }
}

const sizeOf = ({ orders }: FilledDatabase): string => `${orders.toLocaleString('en')} orders stored`;

function ingestMeasurements(stages: readonly Stage[], orders: number): Measurement[] {
  const rates = stages.map(({ runs }) => runs.map((run) => orders / run.publishedSeconds));
  return [
    ...stages.map(({ filled }, index) => ({
      name: `${sizeOf(filled)}: stored and out`,
      unit: 'orders/s',
      rounds: rates[index]!,
    })),
    {
      name: `${sizeOf(stages.at(-1)!.filled)} / ${sizeOf(stages[0]!.filled)}`,
      unit: 'times',
      rounds: ratios(rates.at(-1)!, rates[0]!),
    },
  ];
}

function sizeMeasurements({ filled, sizes }: Stage): Measurement[] {
  if (filled.orders === 0) return [];
  const perOrder = (name: string, bytes: number): Measurement => ({
    name: `${sizeOf(filled)}: ${name} of an order`,
    unit: 'bytes',
    rounds: [bytes / filled.orders],
  });
  return [perOrder('tables', sizes.tableBytes), perOrder('indexes', sizes.indexBytes)];
}

function memoryMeasurements({ without, with: warmed }: WarmedRuns, warmOrders: number): Measurement[] {
  const bytesPerOrder = warmed.map(({ memory }, round) => {
    const before = without[round]!.memory;
    return memory && before && (memory.nowBytes - before.nowBytes) / warmOrders;
  });
  return measuredWherePossible('memory of an order in the cache', 'bytes', bytesPerOrder);
}
