import type { Progress } from '../src/platform/progress.js';
import { type Benchmark, type Findings, settingFrom } from './benchmark.js';
import { type BenchDatabase, createDatabase } from './database.js';
import { CONNECTIONS, type LoadResult } from './load/load-options.js';
import { OrderPosts, type Taker } from './order-posts.js';
import { migrate } from './program.js';
import { Figures } from './read/figures.js';
import { startReady } from './ready-program.js';
import { startReference } from './reference-server.js';
import type { OneAtATimeHttpOptions } from './references/one-at-a-time-http.js';
import type { Services } from './services.js';

const DEFINITION = [
  'POST /api/orders of distinct orders, two items and about 1 kB of JSON each, from 64 connections that stay open; each',
  'sends its next order after the answer to the last, which comes after the commit. The database is new, and a few',
  'orders have gone the same way before. "alone": one connection. The clock runs from the first request to the last',
  'answer, and a latency from a request to the end of its answer. What sends is on the same machine.',
  'waybill: the built program, all roles, its own defaults, without Kafka; its relay is at work meanwhile.',
  'one at a time: Fastify, one transaction an order, one INSERT a row, one after the other on one connection to',
  "PostgreSQL, as the consumer does that orders from Kafka are compared with, and none of the program's validation,",
  "outbox and status events. ten at a time: the same with 10 connections, which is pg's default.",
];

/** Both store each order in a transaction of its own. */
const REFERENCES = [
  { name: 'one at a time', connections: 1 },
  { name: 'ten at a time', connections: 10 },
] as const;

interface Amounts {
  readonly warmUp: number;
  readonly alone: number;
  readonly crowd: number;
}

interface WriteRun {
  readonly crowd: LoadResult;
  readonly alone: LoadResult;
  readonly faults: readonly string[];
}

/** Orders over HTTP into the database, each answered after its commit. */
export const write: Benchmark = {
  name: 'write',

  async run(services: Services, progress: Progress): Promise<Findings> {
    const rounds = settingFrom('BENCH_ROUNDS', 3);
    const orders = settingFrom('BENCH_WRITE_ORDERS', 60_000);
    const referenceOrders = Math.min(settingFrom('BENCH_WRITE_REFERENCE_ORDERS', 5_000), orders);
    const warmUpOrders = settingFrom('BENCH_WRITE_WARM_UP_ORDERS', 2_000);
    const aloneOrders = settingFrom('BENCH_WRITE_ALONE_ORDERS', 1_000);
    const amounts = { warmUp: warmUpOrders, alone: aloneOrders };
    const figures = new Figures();
    const faults: string[] = [];
    // They take turns, so that what slows the machine for a while slows all.
    for (let round = 1; round <= rounds; round++) {
      const title = `write, round ${round} of ${rounds}`;
      const waybill = await withProgram(services, (taker) =>
        postAll(taker, { ...amounts, crowd: orders }, progress, `${title}: waybill`),
      );
      addRun(figures, 'waybill', waybill);
      faults.push(...waybill.faults);
      for (const { name, connections } of REFERENCES) {
        const reference = await withReference(services, connections, (taker) =>
          postAll(taker, { ...amounts, crowd: referenceOrders }, progress, `${title}: ${name}`),
        );
        addRun(figures, name, reference);
        const ratio = waybill.crowd.answersPerSecond / reference.crowd.answersPerSecond;
        figures.add(`waybill / ${name}`, 'times', ratio);
        faults.push(...reference.faults);
      }
    }
    return {
      definition: DEFINITION,
      settings: { rounds, connections: CONNECTIONS, orders, referenceOrders, warmUpOrders, aloneOrders },
      measurements: figures.measurements(),
      faults,
    };
  },
};

function addRun(figures: Figures, name: string, { crowd, alone }: WriteRun): void {
  figures.add(`${name}: stored and answered`, 'orders/s', crowd.answersPerSecond);
  figures.add(`${name}: p50`, 'ms', crowd.p50Ms);
  figures.add(`${name}: p99`, 'ms', crowd.p99Ms);
  figures.add(`${name}: alone, p50`, 'ms', alone.p50Ms);
  figures.add(`${name}: alone, p99`, 'ms', alone.p99Ms);
}

async function postAll(taker: Taker, amounts: Amounts, progress: Progress, title: string): Promise<WriteRun> {
  const posts = new OrderPosts(taker, progress);
  await posts.send(`${title}, warm-up`, { connections: CONNECTIONS, orders: amounts.warmUp });
  const alone = await posts.send(`${title}, alone`, { connections: 1, orders: amounts.alone });
  const crowd = await posts.send(title, { connections: CONNECTIONS, orders: amounts.crowd });
  return { crowd, alone, faults: await posts.settledFaults(title) };
}

async function withReference<T>(
  services: Services,
  connections: number,
  work: (taker: Taker) => Promise<T>,
): Promise<T> {
  return withDatabase(services, async ({ connection, url: databaseUrl }) => {
    await migrate(databaseUrl);
    const options: OneAtATimeHttpOptions = { databaseUrl, connections };
    const server = await startReference('one-at-a-time-http.ts', options);
    try {
      return await work({ url: server.url, database: connection });
    } finally {
      await server.stop();
    }
  });
}

async function withProgram<T>(services: Services, work: (taker: Taker) => Promise<T>): Promise<T> {
  return withDatabase(services, async ({ connection, url: databaseUrl }) => {
    const { program, url } = await startReady({ DATABASE_URL: databaseUrl });
    try {
      return await work({ url, database: connection });
    } finally {
      await program.stop();
    }
  });
}

async function withDatabase<T>(
  services: Services,
  work: (database: BenchDatabase) => Promise<T>,
): Promise<T> {
  const { connection } = await services.postgres();
  const database = await createDatabase(connection);
  try {
    return await work(database);
  } finally {
    await database.drop();
  }
}
